using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>What one method of optimisation made of one proxy, with the method's law fitted to gold.</summary>
[TypeFormatterSource]
public sealed record StudyCurve
{
    private readonly LawFit? _fit;

    private StudyCurve(
        ProxySummary proxy, RewardCurve curve, StudyCoordinates at, OveroptimizationLaw law, LawFit? fit, string whyNoFit)
    {
        (Proxy, Curve, At, Law, _fit, WhyNoFit) = (proxy, curve, at, law, fit, whyNoFit);
        Peak = fit?.Peak ?? new LawPeak.None($"the law was not fitted, because {whyNoFit}");
    }

    /// <summary>The proxy that was optimised against.</summary>
    public ProxySummary Proxy { get; }

    /// <summary>KL, proxy and gold along the way.</summary>
    public RewardCurve Curve { get; }

    /// <summary>Why the run of PPO ended; null for best-of-n.</summary>
    public PpoStopReason? Stop { get; init; }

    /// <summary>Where it lies on the axes of the plan.</summary>
    public StudyCoordinates At { get; }

    /// <summary>The method's law: <see cref="OveroptimizationLaw.BestOfN"/> or
    /// <see cref="OveroptimizationLaw.ReinforcementLearning"/>.</summary>
    public OveroptimizationLaw Law { get; }

    /// <summary>Whether the curve has points enough for its law.</summary>
    public bool HasFit => _fit is not null;

    /// <summary>Why the law was not fitted; empty when it was.</summary>
    public string WhyNoFit { get; }

    /// <summary>
    /// The law fitted to gold, every point counting the same. Errors come from the covariance of the points where the curve has
    /// it, as that of best-of-n does (<see cref="LawWeighting.SharedSamples"/>), else from the residuals.
    /// </summary>
    /// <exception cref="InvalidOperationException">The law was not fitted: see <see cref="HasFit"/>.</exception>
    public LawFit Fit => _fit ?? throw new InvalidOperationException(
        $"The {Law.Name} law was not fitted to '{Curve.Label}', because {WhyNoFit}. Ask HasFit first.");

    /// <summary>The peak of the fitted law; where it was not fitted none, and why.</summary>
    public LawPeak Peak { get; }

    /// <summary>Fits the law of a curve's method.</summary>
    /// <param name="proxy">The proxy that was optimised against.</param>
    /// <param name="curve">KL, proxy and gold along the way. A run that ended at once may have too few points for a law.</param>
    /// <param name="at">Where it lies on the axes of the plan; null for what proxy and curve say of it, with seed and policy
    /// unknown.</param>
    public static StudyCurve Of(ProxySummary proxy, RewardCurve curve, StudyCoordinates? at = null)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        ArgumentNullException.ThrowIfNull(curve);
        at ??= StudyCoordinates.Of(proxy, curve.Method);
        bool isBestOfN = curve.Method == OptimizationMethod.BestOfN;
        OveroptimizationLaw law = isBestOfN ? OveroptimizationLaw.BestOfN : OveroptimizationLaw.ReinforcementLearning;
        int distances = curve.Points.Select(static point => point.Kl.Value).Where(static kl => kl > 0).Distinct().Count(),
            coefficients = law.ParameterNames.Count;
        if (distances < coefficients)
        {
            string remedy = isBestOfN ? "measure it at more n" : "lower the learning rate, raise the KL budget or evaluate more often";
            return new(proxy, curve, at, law, null, FormattableString.Invariant(
                $"the curve has {distances} different KL above 0 and the law {coefficients} coefficients; {remedy}"));
        }
        var weighting = curve.GoldCovariance is null ? LawWeighting.Equal : LawWeighting.SharedSamples;
        return new(proxy, curve, at, law, law.Fit(curve, new() { Weighting = weighting }), "");
    }

    /// <summary>The same curve with its effort counted otherwise; the law, which knows KL and gold alone, stays as it was
    /// fitted.</summary>
    internal StudyCurve Counting(Func<double, double> effort) => new(Proxy, new(Curve.Method, Curve.Label,
        [.. Curve.Points.Select(point => point with { Effort = effort(point.Effort) })]), At, Law, _fit, WhyNoFit)
    {
        Stop = Stop,
    };

    /// <summary>The report of the fit, or why there is none.</summary>
    public override string ToString() => _fit?.ToString() ?? $"{Curve.Label}: {Law.Name} law not fitted, because {WhyNoFit}";
}
