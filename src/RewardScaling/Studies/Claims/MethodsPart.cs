using RewardScaling.BestOfN;
using RewardScaling.Curves;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 5: reinforcement learning against best-of-n, by KL and by proxy score; the degree of overoptimisation.</summary>
internal sealed record MethodsPart : StudyPart
{
    private const string Source = "Gao et al. 2022, section 3.5 and figure 8", KimEtAl = "Kim et al. 2025, arXiv:2505.12763";
    private const string KhalafEtAl = "Khalaf et al. 2025, arXiv:2506.19248", Softer = "Best-of-Poisson has the gold of best-of-n at equal KL, within 5 % of its range.";
    private const double Early = 0.25, Same = 0.05;

    private MethodsPart(IReadOnlyList<MethodPair> pairs, IReadOnlyList<Claim> claims) : base(5, "PPO against best-of-n", claims) => Pairs = pairs;

    /// <summary>Both methods against each reward model.</summary>
    public IReadOnlyList<MethodPair> Pairs { get; }

    /// <summary>Looks at the main experiment of some curves.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static MethodsPart Of(CurveSet set)
    {
        MethodPair[] pairs = MethodPair.Of(set.Plain);
        const string Costly = "PPO spends more KL than best-of-n for the same gold.", Higher = "PPO reaches a higher gold peak than best-of-n.",
            Gap = "At a quarter of the proxy score that both reach, PPO has the larger gap between proxy and gold.",
            Foretold = "The degree of overoptimisation under best-of-n foretells that under PPO.";
        if (pairs.Length == 0)
            return new([], [.. new[] { Costly, Higher, Gap }.Select(static claim => Claim.NotAsked(claim, Source, "Not both methods.")),
                Claim.NotAsked(Foretold, KimEtAl, "Not both methods."), Selections(set)]);
        var units = SeedUnits.Of([.. pairs.Select(static pair => pair.Ppo)]);
        var byRun = pairs.ToDictionary(static pair => pair.Ppo);
        var costly = Test(static pair => pair.LogKlRatio);
        var higher = Test(static pair => pair.HigherPeak);
        var gap = Test(static pair => -pair.AtEqualProxy(Early));
        var ranks = SeedTest.Above(units.Values(byRun.Keys,
            unit => Trend.Rank([.. unit.Select(run =>
            (Best: byRun[run].Degree(OptimizationMethod.BestOfN),
            Learned: byRun[run].Degree(OptimizationMethod.ReinforcementLearning)))
            .Where(static both => both is { Best: not null, Learned: not null })
                .Select(static both => (both.Best!.Value, both.Learned!.Value))])), units.Name);
        return new(pairs,
        [
            Claim.Of(Costly, Source, FormattableString.Invariant($"For half of the lower one's highest gold PPO spends {Math.Exp(costly.Mean.Value):F2} times the KL (geometric mean over reward models)."), costly),
            Claim.Of(Higher, Source, FormattableString.Invariant($"PPO's highest gold is {Signed(higher.Mean.Value, 3)} standard deviations above best-of-n's, higher for {pairs.Count(static pair => pair.HigherPeak > 0)} of {pairs.Length} reward models."), higher),
            Claim.Of(Gap, Source, FormattableString.Invariant($"There PPO's gold is {Signed(-gap.Mean.Value, 3)} standard deviations above best-of-n's."), gap),
            Claim.Of(Foretold, KimEtAl, FormattableString.Invariant($"Rank correlation {ranks.Mean.Value:F2} over reward models; degree {Words(OptimizationMethod.BestOfN)} under best-of-n and {Words(OptimizationMethod.ReinforcementLearning)} under PPO in the median, the proxy in gold's unit by its worth at the start."), ranks),
            Selections(set),
        ]);

        SeedTest Test(Func<MethodPair, double?> of) => SeedTest.Above(units.Values(byRun.Keys, unit =>
            unit.Select(run => of(byRun[run])).OfType<double>().ToArray() is { Length: > 0 } own ? own.Average() : null),
                units.Name);

        string Words(OptimizationMethod method) => pairs.Select(pair => pair.Degree(method)).OfType<double>().Order()
            .ToArray() is { Length: > 0 } all
            ? FormattableString.Invariant($"{all[all.Length / 2]:F2}") : "unknown (gold is below the start most of the way)";
    }

    // Both rules on the same scores of the same pool.
    private static Claim Selections(CurveSet set)
    {
        var best = set.All.By(OptimizationMethod.BestOfN).Where(static curve => curve.At.Selection == SelectionRule.BestOfN)
            .ToDictionary(static curve => curve.At);
        var pairs = set.All.Where(static curve => curve.At.Selection == SelectionRule.BestOfPoisson)
            .Select(soft => (Soft: soft, Hard: best.GetValueOrDefault(soft.At with { Selection = SelectionRule.BestOfN })))
            .Where(static pair => pair.Hard is not null).ToDictionary(static pair => pair.Soft, static pair => pair.Hard!);
        if (pairs.Count == 0) return Claim.NotAsked(Softer, KhalafEtAl, "One rule of selection.");
        var units = SeedUnits.Of([.. pairs.Keys]);
        var test = SeedTest.Within(units.Values(pairs.Keys, unit => unit.Select(soft => Above(soft, pairs[soft])).OfType<double>()
            .ToArray() is { Length: > 0 } own ? own.Average() : null), Same, units.Name);
        return Claim.Of(Softer, KhalafEtAl, $"It lies {WithError(test.Mean)} of the range above best-of-n's.", test);
    }

    private static double? Above(StudyCurve soft, StudyCurve hard)
    {
        double range = hard.Curve.Points.Max(static point => point.Gold.Value)
            - hard.Curve.Points.Min(static point => point.Gold.Value);
        return range > 0 ? new CurvePath(soft.Curve).MeanAbove(new(hard.Curve), static point => point.Gold) / range : null;
    }
}
