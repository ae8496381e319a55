using RewardScaling.Curves;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 6: PPO under KL penalties against the frontier of gold over KL that runs without one draw.</summary>
internal sealed record PenaltyPart : StudyPart
{
    private const string Source = "Gao et al. 2022, section 3.6 and figure 9";
    private const double OnFrontier = 0.1;

    private PenaltyPart(IReadOnlyList<SeedCell> cells, IReadOnlyList<Claim> claims) : base(6, "KL penalties and the frontier", claims) => Cells = cells;

    /// <summary>Each penalty and reward model, its seeds together; the smallest penalty first.</summary>
    public IReadOnlyList<SeedCell> Cells { get; }

    /// <summary>Looks at the runs of PPO whose reward model was optimised under more than one penalty.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static PenaltyPart Of(CurveSet set)
    {
        const string Frontier = "A KL penalty does not move gold at equal KL.", Proxy = "A KL penalty raises the proxy's score at equal KL.",
            Stops = "A KL penalty acts like stopping early: the run ends at a smaller KL.";
        StudyCurve[] runs = [.. set.All.By(OptimizationMethod.ReinforcementLearning)
            .Where(static curve => curve.At.Rounds.Count == 1)];
        var free = runs.GroupBy(static curve => Unpenalized(curve.At)).ToDictionary(static group => group.Key,
            static group => group.MinBy(static curve => curve.At.Penalty.Coefficient)!);
        StudyCurve[] pulled = [.. runs.Where(curve => curve.At.Penalty.Coefficient > free[Unpenalized(curve.At)]
            .At.Penalty.Coefficient)];
        if (pulled.Length == 0) return new([], [.. new[] { Frontier, Proxy,
            Stops }.Select(static claim => Claim.NotAsked(claim, Source, "One KL penalty, or none."))]);
        var units = SeedUnits.Of(pulled);
        var frontier = SeedTest.Within(Values(static (run, none) =>
            run.MeanAbove(none, static point => point.Gold) / Size(none.Highest.Gold.Value)), OnFrontier, units.Name);
        var proxy = SeedTest.Above(Values(static (run, none) => run.MeanAbove(none, static point => point.Proxy)), units.Name);
        var stops = SeedTest.Above(Values(static (run, none) => none.Last.Kl.Value - run.Last.Kl.Value), units.Name);
        string each = string.Join(", ", pulled.GroupBy(static curve => curve.At.Penalty)
            .OrderBy(static group => group.Key.Coefficient).Select(group =>
            FormattableString.Invariant($"{group.Key.Coefficient:G3}: {Signed(group.Select(run => new CurvePath(run.Curve).MeanAbove(new(free[Unpenalized(run.At)].Curve), static point => point.Gold) ?? 0).Average(), 3)}")));
        return new(set.Cells([.. pulled.Select(run => free[Unpenalized(run.At)]).Distinct(), .. pulled]),
        [
            Claim.Of(Frontier, Source, $"Gold at equal KL is {WithError(frontier.Mean)} of the highest gold above that without a penalty; by penalty, in standard deviations: {each}.", frontier),
            Claim.Of(Proxy, Source, $"The proxy's score at equal KL is higher by {WithError(proxy.Mean)}.", proxy),
            Claim.Of(Stops, Source, $"The run ends {WithError(stops.Mean)} nats earlier.", stops),
        ]);

        double[] Values(Func<CurvePath, CurvePath, double?> of) => units.Values(pulled, unit => unit.Select(run =>
            of(new(run.Curve), new(free[Unpenalized(run.At)].Curve))).OfType<double>()
                .ToArray() is { Length: > 0 } own ? own.Average() : null);
    }

    // Where gold never rises there is no height to measure a gap by.
    private static double? Size(double highest) => highest > 0 ? highest : null;

    private static StudyCoordinates Unpenalized(StudyCoordinates at) => at with { Penalty = KlPenalty.None };
}
