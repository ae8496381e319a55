using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 10: iterated RLHF, new comparisons and a new reward model every round.</summary>
internal sealed record IterationPart : StudyPart
{
    private const string Source = "Gao et al. 2022, section 4.3", Wolf = "Wolf et al. 2025, arXiv:2505.18126";
    private const double AsForetold = 0.1;

    private IterationPart(IReadOnlyList<SeedCell> cells, IReadOnlyList<Claim> claims)
        : base(10, "Iterated RLHF", claims) => Cells = cells;

    /// <summary>The single run, where there is one, and each round, their seeds together.</summary>
    public IReadOnlyList<SeedCell> Cells { get; }

    /// <summary>Looks at the rounds of a study.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static IterationPart Of(CurveSet set)
    {
        const string More = "Several rounds end with more gold than one run that went as far.", Adds = "d adds up: k rounds of d / k each gain β d ln k, what the law of one run foretells.",
            Steadier = "Gold falls less in the last round than in the first.";
        RoundChain[] chains = RoundChain.Of(set);
        if (chains.Length == 0) return new([],
            [Claim.NotAsked(More, Source, "One round."), Claim.NotAsked(Adds, Source, "One round."), Claim.NotAsked(Steadier, Wolf, "One round.")]);
        var byLast = chains.ToDictionary(static chain => chain.Rounds[^1]);
        var units = SeedUnits.Of([.. byLast.Keys]);
        double[] advantages = Values(static chain => chain.Advantage);
        var more = SeedTest.Above(advantages, units.Name);
        var adds = SeedTest.Within(Values(static chain => chain.Missing), AsForetold, units.Name);
        var steadier = SeedTest.Above(Values(static chain => chain.Steadier), units.Name);
        return new(set.Cells(
            [.. chains.Select(static chain => chain.Single).OfType<StudyCurve>().DistinctBy(static run => run.At),
                .. chains.SelectMany(static chain => chain.Rounds)]),
        [
            advantages.Length == 0 ? Claim.Untested(More, Source, "No single run against the same reward model went farther than all rounds but the last.")
                : Claim.Of(More, Source, $"At the largest sum of distances that both went they have {WithError(more.Mean)} standard deviations more than one run.", more),
            Claim.Of(Adds, Source, adds.Seeds == 0 ? "There is no single run with a fit that went as far." : $"What they gain over one run lies {WithError(adds.Mean)} of the highest gold above β d ln k.", adds),
            Claim.Of(Steadier, Wolf, $"The fall is smaller by {WithError(steadier.Mean)} of the height.", steadier),
        ]);

        double[] Values(Func<RoundChain, double?> of) => units.Values(byLast.Keys, unit =>
            unit.Select(last => of(byLast[last])).OfType<double>().ToArray() is { Length: > 0 } own ? own.Average() : null);
    }
}
