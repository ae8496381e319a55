using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Studies.Claims;

/// <summary>The curves of a study that differ by their seeds only, and what they come to together.</summary>
internal sealed class SeedCell
{
    // Enough for a figure, and about as many as a run of PPO has.
    private const int Distances = 16;

    // Worked out when asked for: a part that only draws the curves fits no law.
    private readonly Lazy<RewardCurve> _mean;
    private readonly Lazy<LawFit?> _fit;
    private readonly Lazy<Estimate?> _alpha, _beta;
    private readonly Lazy<MeasuredPeak> _peak;

    internal SeedCell(StudyCurve[] curves)
    {
        var units = SeedUnits.Of(curves);
        (Curves, At, SeedName) = (curves, curves[0].At.WithoutSeeds, units.Name);
        Seeds = units.Group(curves).Count();
        _mean = new(() => MeanOf(curves, units));
        _fit = new(() => FitOf(curves));
        _alpha = new(() => Coefficient(units, static fit => fit.Alpha));
        _beta = new(() => Coefficient(units, static fit => fit.Beta));
        _peak = new(() => HasFit ? Fit.MeasuredPeak : MeasuredPeak.Of(Mean));
    }

    /// <summary>Where they lie, all seeds 0.</summary>
    public StudyCoordinates At { get; }

    /// <summary>The curves.</summary>
    public IReadOnlyList<StudyCurve> Curves { get; }

    /// <summary>How many independent seeds there are.</summary>
    public int Seeds { get; }

    /// <summary>What the seeds are, in the plural: those of whole studies, of proxies or of PPO.</summary>
    public string SeedName { get; }

    /// <summary>The method's law.</summary>
    public OveroptimizationLaw Law => Curves[0].Law;

    /// <summary>
    /// The mean over seeds with the covariance over seeds; the curve itself where there is one. Runs of PPO are read at equal
    /// steps of d = sqrt(KL), each where it first came there, up to the farthest that all of them reached.
    /// </summary>
    public RewardCurve Mean => _mean.Value;

    /// <summary>Where gold is highest without any law, over the seeds; of one curve over its prompts or rollouts.</summary>
    public MeasuredPeak Peak => _peak.Value;

    /// <summary>Whether the law could be fitted to the mean.</summary>
    public bool HasFit => _fit.Value is not null;

    /// <summary>The law fitted to the mean.</summary>
    /// <exception cref="InvalidOperationException">It has too few points: see <see cref="HasFit"/>.</exception>
    public LawFit Fit => _fit.Value ?? throw NoFit;

    /// <summary>Whether a curve has coefficients of its own.</summary>
    public bool HasCoefficients => _alpha.Value is not null;

    /// <summary>α of the curves' own fits: mean and error over seeds; of one curve its own.</summary>
    /// <exception cref="InvalidOperationException">No curve has a fit: see <see cref="HasCoefficients"/>.</exception>
    public Estimate Alpha => _alpha.Value ?? throw NoFit;

    /// <summary>β of the curves' own fits: mean and error over seeds; of one curve its own.</summary>
    /// <exception cref="InvalidOperationException">No curve has a fit: see <see cref="HasCoefficients"/>.</exception>
    public Estimate Beta => _beta.Value ?? throw NoFit;

    /// <summary>The cells of some curves, in the order of the first curve of each.</summary>
    /// <param name="curves">The curves.</param>
    public static IReadOnlyList<SeedCell> Of(IEnumerable<StudyCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        StudyCurve[] all = [.. curves];
        return new CurveSet(all).Cells(all);
    }

    private InvalidOperationException NoFit => new($"{this} has too few points for the {Law.Name} law.");

    private LawFit? FitOf(StudyCurve[] curves)
    {
        if (curves.Length == 1) return curves[0].HasFit ? curves[0].Fit : null;
        int distances = Mean.Points.Select(static point => point.Kl.Value).Where(static kl => kl > 0).Distinct().Count();
        return distances <= Law.ParameterNames.Count ? null : Law.Fit(Mean, new()
        {
            Weighting = Mean.GoldCovariance is null ? LawWeighting.Equal : LawWeighting.SharedSamples,
        });
    }

    private Estimate? Coefficient(SeedUnits units, Func<LawFit, Estimate> of)
    {
        if (Curves.Count == 1) return Curves[0].HasFit ? of(Curves[0].Fit) : null;
        double[] values = units.Values(Curves, unit => unit.Any(static curve => curve.HasFit)
            ? unit.Where(static curve => curve.HasFit).Average(curve => of(curve.Fit).Value) : null);
        return values.Length > 0 ? Estimate.Mean(values) : null;
    }

    private static RewardCurve MeanOf(StudyCurve[] curves, SeedUnits units)
    {
        if (curves.Length == 1) return curves[0].Curve;
        double[] efforts = [.. curves[0].Curve.Points.Select(static point => point.Effort)];
        bool alike = curves[0].At.Method == OptimizationMethod.BestOfN
            && curves.All(curve => curve.Curve.Points.Select(static point => point.Effort).SequenceEqual(efforts));
        var mean = Over(units.Group(curves), alike ? static curve => curve : OnCommonDistances(curves));
        return alike && curves.All(static curve => curve.Curve.Finer is not null)
            ? mean with { Finer = () => Over(units.Group(curves), static curve => curve.Finer!()) } : mean;
    }

    private static Func<RewardCurve, RewardCurve> OnCommonDistances(StudyCurve[] curves)
    {
        CurvePath[] paths = [.. curves.Select(static curve => new CurvePath(curve.Curve))];
        double nearest = paths.Max(static path => path.Nearest),
            farthest = Math.Max(nearest, paths.Min(static path => path.Farthest));
        double[] distances = [.. Enumerable.Range(0, Distances + 1)
            .Select(i => nearest + (farthest - nearest) * i / Distances).Distinct()];
        return curve => new CurvePath(curve).On(distances);
    }

    // Within a unit a plain mean; between units one with errors.
    private static RewardCurve Over(IEnumerable<StudyCurve[]> units, Func<RewardCurve, RewardCurve> read)
    {
        RewardCurve[] means = [.. units.Select(unit => unit.Length == 1 ? read(unit[0].Curve)
            : RewardCurve.MeanOf([.. unit.Select(curve => read(curve.Curve))]))];
        return means.Length == 1 ? means[0] : RewardCurve.MeanOf(means);
    }
}
