using RewardScaling.Curves;
using RewardScaling.Laws;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 11: the regressional part of Goodhart's law: how much gold a unit of proxy was worth at the start, against
/// α.</summary>
/// <remarks>
/// Where the proxy is gold and independent noise, gold given the proxy is a straight line through the mean, and along it gold is
/// the proxy times one slope (Gao et al. 2022, equation 1). So the ratio of gold's α to the proxy's must be that slope, which the
/// smallest n of best-of-n shows by itself; β is what else there is.
/// </remarks>
internal sealed record RegressionPart : StudyPart
{
    private const string Source = "Gao et al. 2022, section 4.2 and equation 1";

    // ln of a ratio: within a tenth.
    private const double Same = 0.1;

    private RegressionPart(IReadOnlyList<(StudyCurve Curve, double Worth, double AlphaRatio)> slopes,
        params IReadOnlyList<Claim> claims)
        : base(11, "The regressional part", claims) => Slopes = slopes;

    /// <summary>For each curve of best-of-n what a unit of proxy was worth in gold at the start, and α of gold over α of the
    /// proxy.</summary>
    public IReadOnlyList<(StudyCurve Curve, double Worth, double AlphaRatio)> Slopes { get; }

    /// <summary>Looks at the main experiment of some curves.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static RegressionPart Of(CurveSet set)
    {
        const string Alpha = "α is regressional: gold's α is the proxy's α times what a unit of proxy was worth at the start.",
            BySize = "The larger the reward model, the more a unit of its score is worth.";
        StudyCurve[] best = set.Plain.By(OptimizationMethod.BestOfN);
        if (best.Length == 0) return new([], Claim.NotAsked(Alpha, Source, "Best-of-n was not run."), Claim.NotAsked(BySize, Source, "Best-of-n was not run."));
        (StudyCurve Curve, double Worth, double AlphaRatio)[] slopes = [.. best.Where(static curve => curve.HasFit)
            .Select(static curve => (curve, curve.Worth() ?? 0, Ratio(curve)))
                .Where(static one => one.Item2 > 0 && one.Item3 > 0)];
        var ratio = slopes.ToDictionary(static one => one.Curve, static one => Math.Log(one.AlphaRatio / one.Worth));
        var units = SeedUnits.Of(best);
        var same = SeedTest.Within(units.Values(ratio.Keys, unit => unit.Average(curve => ratio[curve])), Same, units.Name);
        var claim = Claim.Of(Alpha, Source, slopes.Length == 0 ? "For no reward model both are above 0."
            : FormattableString.Invariant($"α of gold over α of proxy is {Math.Exp(same.Mean.Value):F2} times the worth at the start (geometric mean over {slopes.Length} of {best.Length} curves)."), same);
        if (best.Select(static curve => curve.At.ProxyParameters).Distinct().Count() < 2) return new(slopes, claim,
            Claim.NotAsked(BySize, Source, "One size of reward model."));
        var sizes = SeedTest.Above(units.Values(best, static unit => Trend.Within(unit, static curve => curve.At.Comparisons,
            static curve => Math.Log10(curve.At.ProxyParameters), static curve => curve.Worth())), units.Name);
        return new(slopes, claim, Claim.Of(BySize, Source, $"It changes by {WithError(sizes.Mean)} for ten times the parameters; scores are log-odds, so a worth above what the labels say is a proxy that is too unsure.", sizes));
    }

    private static double Ratio(StudyCurve curve) => curve.Fit.Alpha.Value
        / curve.Law.Fit(curve.Curve, new() { Target = RewardTarget.Proxy, OffsetRule = OffsetRule.Zero }).Alpha.Value;
}
