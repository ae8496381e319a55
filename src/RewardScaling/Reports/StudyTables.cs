using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Studies;
using RewardScaling.Studies.Claims;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports;

/// <summary>The tables of a study's report.</summary>
internal static class StudyTables
{
    private const string None = "–";

    /// <summary>How good the proxies are on comparisons they have not seen, those that differ by their seed together.</summary>
    public static ReportTable Proxies(StudyResult result)
    {
        StudyCurve[][] groups = [.. result.Curves.DistinctBy(static curve => Proxied(curve.At))
            .GroupBy(static curve => Proxied(curve.At).WithoutSeeds)
            .Select(static group => group.ToArray())];
        bool several = groups.Any(static group => group.Length > 1),
            special = groups.Any(static group => Besides(group[0].At).Length > 0);
        var table = new ReportTable("Proxies on held-out comparisons. A loss of ln 2 = 0.6931 nats and an accuracy of 50 % are chance."
                + (several ? " Those of one study are held against the same comparisons, so its share of the error does not shrink with their number." : ""),
            [new("Parameters"), new("Comparisons"), .. If(special, new ReportColumn("Besides", false)), .. If(several, new ReportColumn("Proxies")),
                new("Held-out loss (nats)"), new("SE below chance"), new("Accuracy (%)")]);
        foreach (StudyCurve[] group in groups)
        {
            Estimate loss = LossAtCount.Together(group, static curve => curve.Proxy.HeldOut.Loss),
                accuracy = LossAtCount.Together(group, static curve => curve.Proxy.HeldOut.Accuracy);
            table.Add([Count(group[0].At.ProxyParameters), Count(group[0].At.Comparisons), .. If(special, Besides(group[0].At)),
                .. If(several, Count(group.Length)), WithError(loss),
                loss.StandardError > 0 ? Fixed((DataThreshold.Chance - loss.Value) / loss.StandardError, 1) : None,
                    WithError(Percent(accuracy))]);
        }
        return table;
    }

    /// <summary>How long each stage took.</summary>
    public static ReportTable Times(StudyResult result)
    {
        var table = new ReportTable("Time by stage. A stage taken up from an earlier run keeps the time it took then.", [new("Stage", false), new("Seconds")]);
        foreach (StageTiming timing in result.Timings) table.Add(timing.Stage, Fixed(timing.Seconds, 1));
        return table.Add("all", Fixed(result.Timings.Sum(t => t.Seconds), 1));
    }

    // The reward model alone: which policy was optimised against it, and how, is another matter.
    private static StudyCoordinates Proxied(StudyCoordinates at) => at with
    {
        Method = OptimizationMethod.BestOfN,
        Penalty = KlPenalty.None,
        PolicySize = null,
        PolicyParameters = 0,
        PolicySeed = 0,
    };

    private static string Besides(StudyCoordinates at) => string.Join(", ", new[]
    {
        at.OwnProxy ?? "", at.Ensemble?.ToString() ?? "", at.LabelNoise > 0 ? FormattableString.Invariant($"{at.LabelNoise:P0} of the labels flipped") : "",
        at.FrozenBlocks is { } frozen ? FormattableString.Invariant($"from the policy, {frozen} blocks frozen") : "",
        at.Rounds.Count > 1 ? FormattableString.Invariant($"round {at.Round} of {at.Rounds.Count}") : "",
    }.Where(static part => part.Length > 0));

    private static T[] If<T>(bool wanted, T value) => wanted ? [value] : [];

    private static Estimate Percent(Estimate share) =>
        share.HasStandardError ? new(100 * share.Value, 100 * share.StandardError) : Estimate.WithoutError(100 * share.Value);
}
