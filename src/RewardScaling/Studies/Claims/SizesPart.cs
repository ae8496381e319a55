using RewardScaling.Curves;
using RewardScaling.Numerics;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 2: α and β against the size of the reward model, and the peak of a size left out.</summary>
internal sealed record SizesPart : StudyPart
{
    // α_RL is "constant" where it changes by less than this share from the smallest to the largest size.
    private const double Constant = 0.1;
    private const string Figure3 = "Gao et al. 2022, section 3.2 and figure 3";

    private SizesPart(IReadOnlyList<SizeTrend> trends, IReadOnlyList<Claim> claims) : base(2, "α and β against the size of the reward model", claims) =>
        Trends = trends;

    /// <summary>The coefficients by size, for each method and number of comparisons.</summary>
    public IReadOnlyList<SizeTrend> Trends { get; }

    /// <summary>Looks at the main experiment of some curves.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static SizesPart Of(CurveSet set)
    {
        var plain = set.Plain;
        (string Statement, OptimizationMethod Method)[] claims =
        [
            ("Best-of-n: β falls with the size of the reward model.", OptimizationMethod.BestOfN),
            ("Best-of-n: α rises with the size of the reward model.", OptimizationMethod.BestOfN),
            ("PPO: β falls with the size of the reward model.", OptimizationMethod.ReinforcementLearning),
            ("PPO: α is the same for all sizes of the reward model.", OptimizationMethod.ReinforcementLearning),
        ];
        const string Prediction = "The peak of a size left out follows from the others.";
        if (plain.Select(static curve => curve.At.ProxyParameters).Distinct().Count() < 2)
            return new([], [.. claims.Select(static claim => Claim.NotAsked(claim.Statement, Figure3, "One size of reward model.")),
                Claim.NotAsked(Prediction, Figure3, "One size of reward model.")]);
        SizeTrend[] trends = [.. plain.GroupBy(static curve => (curve.At.Method, curve.At.Comparisons))
            .OrderBy(static group => group.Key).Select(group => SizeTrend.Of(set, [.. group]))];
        var tested = claims.Select((claim, i) => plain.By(claim.Method) is { Length: > 0 } own
            ? i < 3 ? Slope(claim.Statement, own, alpha: i == 1) : Same(claim.Statement, own)
            : Claim.NotAsked(claim.Statement, Figure3, $"{StudyNames.Of(claim.Method)} was not run.")).ToArray();
        return new(trends, [.. tested, LeftOut(Prediction, trends)]);
    }

    private static Claim Slope(string statement, StudyCurve[] curves, bool alpha)
    {
        var units = SeedUnits.Of(curves);
        double[] slopes = units.Values(curves, unit => SlopeOf(unit, alpha));
        var test = SeedTest.Above(alpha ? slopes : [.. slopes.Select(static slope => -slope)], units.Name);
        var mean = slopes.Length > 0 ? Estimate.Mean(slopes) : test.Mean;
        return Claim.Of(statement, Figure3, $"{(alpha ? "α" : "β")} changes by {WithError(mean)} for ten times the parameters, {Alike(curves)}.", test);
    }

    private static Claim Same(string statement, StudyCurve[] curves)
    {
        var units = SeedUnits.Of(curves);
        double span = Math.Log10((double)curves.Max(static curve => curve.At.ProxyParameters)
            / curves.Min(static curve => curve.At.ProxyParameters));
        double[] changes = units.Values(curves, unit => SlopeOf(unit, alpha: true) is { } slope
            ? slope * span / Math.Abs(unit.Where(static curve => curve.HasFit).Average(static curve => curve.Fit.Alpha.Value))
                : null);
        var test = SeedTest.Within(changes, Constant, units.Name);
        return Claim.Of(statement, Figure3, FormattableString.Invariant($"From the smallest to the largest size α changes by {WithError(test.Mean)} of itself, {Alike(curves)}."), test);
    }

    private static string Alike(StudyCurve[] curves)
    {
        int counts = curves.Select(static curve => curve.At.Comparisons).Distinct().Count();
        return counts == 1 ? "comparisons alike" : $"the mean over {counts} numbers of comparisons";
    }

    private static double? SlopeOf(StudyCurve[] unit, bool alpha) =>
        Trend.Within(unit.Where(static curve => curve.HasFit), static curve => curve.At.Comparisons,
        static curve => Math.Log10(curve.At.ProxyParameters), curve => (alpha ? curve.Fit.Alpha : curve.Fit.Beta).Value);

    // About 95 of 100 should lie inside; intervals as wide as the curve say nothing by holding it.
    private static Claim LeftOut(string statement, SizeTrend[] trends)
    {
        PeakPrediction[] all = [.. trends.SelectMany(static trend => trend.LeftOut)],
            predictions = [.. all.Where(static one => one.Measured is MeasuredPeak.Inside)];
        if (all.Length == 0) return Claim.Untested(statement, Figure3, "Leaving a size out needs three sizes, and three reward models of the others.");
        if (predictions.Length == 0) return Claim.Untested(statement, Figure3, "Gold is not shown to peak inside the data for any size, so there is no peak to hold a prediction against.");
        int held = predictions.Count(static one => one.IsHeld);
        double median = predictions.Select(static one => one.HalfWidth).Order().ElementAt(predictions.Length / 2);
        // All of them is no fewer than expected; the distribution function has no value there.
        double p = held == predictions.Length ? 1 : MathNet.Numerics.Distributions.Binomial.CDF(0.95, predictions.Length, held);
        bool sharp = median <= 0.25 && held >= 0.9 * predictions.Length;
        return Claim.Tested(statement, Figure3, FormattableString.Invariant($"The height of {held} of {predictions.Length} measured peaks lies in its 95 % prediction interval; half an interval is {(double.IsFinite(median) ? FormattableString.Invariant($"{median:P0} of the height") : "unbounded")} in the median."),
            p < SeedTest.Level ? ClaimVerdict.NotSupported : sharp ? ClaimVerdict.Supported : ClaimVerdict.Undecided, "binomial, 95 % expected; supported where half an interval is a quarter of the height or less", p);
    }
}
