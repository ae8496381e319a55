using MathNet.Numerics.Distributions;
using RewardScaling.Curves;
using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>The test Gao et al. 2022 used (section 3.1, figure 26): fit the points up to a KL, predict those beyond.</summary>
/// <remarks>
/// The p-value is that of Chow's predictive test: (RSS of all - RSS of the fitted) / held-out points, over the noise
/// of the fitted points, is F-distributed when the law holds all the way (exactly so for linear laws with normal
/// errors); with given errors it is χ².
/// </remarks>
public sealed record ExtrapolationTest
{
    private ExtrapolationTest(LawFit fit, KlNats cut, int heldOut, double error, double bias, double p) =>
        (Fit, Cut, HeldOutCount, RootMeanSquareError, MeanError, PValue) = (fit, cut, heldOut, error, bias, p);

    /// <summary>The fit of the points up to the cut.</summary>
    public LawFit Fit { get; }

    /// <summary>The largest KL that was fitted.</summary>
    public KlNats Cut { get; }

    /// <summary>How many points beyond it were predicted.</summary>
    public int HeldOutCount { get; }

    /// <summary>sqrt(mean squared prediction error), in units of reward.</summary>
    public double RootMeanSquareError { get; }

    /// <summary>Mean of measured less predicted, in units of reward: negative when the prediction was too high.</summary>
    public double MeanError { get; }

    /// <summary>The probability of errors as large as these if the law holds beyond the cut; small speaks against it.</summary>
    public double PValue { get; }

    /// <summary>Fits up to a KL and predicts beyond.</summary>
    /// <param name="law">The law.</param>
    /// <param name="curve">The curve.</param>
    /// <param name="cut">Points with a KL up to this are fitted.</param>
    /// <param name="options">How it is fitted; weights not <see cref="LawWeighting.SharedSamples"/>.</param>
    /// <exception cref="ArgumentException">No point beyond the cut, or too few up to it to leave degrees of freedom.</exception>
    public static ExtrapolationTest Of(OveroptimizationLaw law, RewardCurve curve, KlNats cut, LawFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(law);
        ArgumentNullException.ThrowIfNull(curve);
        options = (options ?? new()).WithOffsetFor(curve);
        if (options.Weighting == LawWeighting.SharedSamples) throw new ArgumentException("The test needs errors of independent points; choose another weighting.", nameof(options));
        RewardPoint[] near = [.. curve.Points.Where(point => point.Kl.Value <= cut.Value)],
            far = [.. curve.Points.Where(point => point.Kl.Value > cut.Value)];
        if (far.Length == 0) throw new ArgumentException(FormattableString.Invariant($"The curve '{curve.Label}' has no point beyond {cut}."), nameof(cut));
        if (near.Length == 0) throw new ArgumentException(FormattableString.Invariant($"The curve '{curve.Label}' has no point up to {cut}."), nameof(cut));
        var fit = law.Fit(new(curve.Method, curve.Label, near), options);
        if (fit.DegreesOfFreedom <= 0) throw new ArgumentException(FormattableString.Invariant($"Only {fit.PointCount} points up to {cut}: they leave no degrees of freedom."), nameof(cut));
        var all = law.Fit(new(curve.Method, curve.Label, curve.Points), options);
        double squares = 0, sum = 0;
        foreach (var point in far)
        {
            double error = (options.Target == RewardTarget.Gold ? point.Gold : point.Proxy).Value - fit.Evaluate(point.Distance);
            squares += error * error;
            sum += error;
        }
        double growth = Math.Max(0, all.ResidualSumOfSquares - fit.ResidualSumOfSquares);
        double p = options.Weighting == LawWeighting.KnownErrors ? 1 - ChiSquared.CDF(far.Length, growth)
            : fit.ResidualSumOfSquares > 0
                ? 1 - FisherSnedecor.CDF(far.Length, fit.DegreesOfFreedom,
                growth / far.Length / (fit.ResidualSumOfSquares / fit.DegreesOfFreedom))
            : growth > 0 ? 0 : 1;
        return new(fit, cut, far.Length, Math.Sqrt(squares / far.Length), sum / far.Length, p);
    }

    /// <summary>The result in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Fit.Law.Name}: fitted up to {Cut}, {HeldOutCount} points beyond predicted with RMSE {RootMeanSquareError:G3} (mean error {MeanError:G3}), p = {PValue:G2}");
}
