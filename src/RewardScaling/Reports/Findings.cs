using RewardScaling.Curves;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports;

/// <summary>Says in words what the measured points show, and no more than they show.</summary>
internal static class Findings
{
    /// <summary>The finding of a study in a few sentences, the most general first.</summary>
    /// <param name="curves">The curves; at least one.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<ReportCurve> curves)
    {
        var groups = new CurveGroups(curves);
        List<string> sentences = [Tally(curves)];
        foreach (OptimizationMethod method in groups.Methods)
        {
            sentences.Add(Story(FewestComparisons(groups, method)));
            if (groups.Counts.Count > 1) sentences.Add(Story(MostComparisons(groups, method)));
        }
        if (groups.Methods.Count > 1)
            sentences.Add(Price(MostComparisons(groups, OptimizationMethod.BestOfN),
                MostComparisons(groups, OptimizationMethod.ReinforcementLearning)));
        return sentences;
    }

    /// <summary>The curve of the fewest comparisons, of these the smallest proxy.</summary>
    private static ReportCurve FewestComparisons(CurveGroups groups, OptimizationMethod method) =>
        groups.Of(method).OrderBy(c => c.ProxyComparisons).ThenBy(c => c.ProxyParameters).ThenBy(c => c.ProxySeed).First();

    /// <summary>The curve of the most comparisons, of these the largest proxy.</summary>
    private static ReportCurve MostComparisons(CurveGroups groups, OptimizationMethod method) =>
        groups.Of(method).OrderByDescending(c => c.ProxyComparisons).ThenByDescending(c => c.ProxyParameters)
            .ThenBy(c => c.ProxySeed).First();

    private static string Tally(IReadOnlyList<ReportCurve> curves)
    {
        CurveSummary[] all = [.. curves.Select(static c => new CurveSummary(c))];
        int fell = all.Count(static s => s.Fell), alone = all.Count(static s => s.Fell && s.ProxyEndsHighest),
            recovered = all.Count(static s => s is { Recovered: true, Fell: false });
        string runs = all.Length == 1 ? "the one optimisation" : $"{fell} of {all.Length} optimisations";
        string none = all.Length == 1 ? "the one optimisation gold did not end" : $"none of the {all.Length} optimisations did gold end";
        string way = recovered == 0 ? "" : $"; in {recovered} {(fell == 0 ? "it" : "more it")} fell on the way and came back";
        if (fell == 0) return $"In {none} below its highest measured value beyond doubt (95 percent, the choice of the highest counted){way}.";
        string proxy = alone == fell ? "while the proxy's own score ended at its highest" : $"in {alone} of them while the proxy's own score ended at its highest";
        return $"In {runs} gold ended below its highest measured value beyond doubt (95 percent, the choice of the highest counted), {proxy}{way}.";
    }

    private static string Story(ReportCurve curve)
    {
        var s = new CurveSummary(curve);
        string subject = $"{CurveGroups.Name(curve.Curve.Method)} against the proxy {curve.ProxyName ?? $"of {Count(curve.ProxyParameters)} parameters and {Count(curve.ProxyComparisons)} comparisons"}";
        string highest = At(s.Peak), last = At(s.Last), end = curve.Curve.Method == OptimizationMethod.BestOfN ? "at the largest n" : "at the last step";
        string story = ReferenceEquals(s.Peak, s.Last) ? $"{subject}: gold was highest, {highest}, {end}"
            : !s.Fell ? $"{subject}: gold reached {highest} and had not clearly fallen {end} ({last})"
            : $"{subject}: gold reached {highest} and came down to {last}, lower by {((MeasuredPeak.Known)s.Gold).Bounds.Fall}, "
                + $"while the proxy's own score went from {WithError(s.Peak.Proxy)} to {WithError(s.Last.Proxy)}";
        if (s.Recovered && s.Gold.DeepestFall is var (from, to)) story += $"; on the way it fell from {At(from)} to {At(to)} and came back";
        if (s.CameBack) story += $"; the largest KL, {Short(s.Farthest.Kl.Value)} nats, was left again";
        return story + ".";

        static string At(RewardPoint point) => $"{WithError(point.Gold)} at {Short(point.Kl.Value)} nats";
    }

    private static string Price(ReportCurve bestOfN, ReportCurve ppo)
    {
        var best = new CurveSummary(bestOfN);
        var learned = new CurveSummary(ppo);
        double spent = CurveSummary.KlToReach(ppo.Curve, best.Peak.Gold.Value);
        string gold = WithError(best.Peak.Gold);
        if (!double.IsFinite(spent))
            return $"The most gold that best-of-n got from its best-informed proxy, {gold}, PPO did not reach against the same proxy; its highest was {WithError(learned.Peak.Gold)}.";
        string ratio = best.Peak.Kl.Value > 0 ? $", {Short(spent / best.Peak.Kl.Value, 2)} times as much" : "";
        return $"For the gold that best-of-n reached at {Short(best.Peak.Kl.Value)} nats with that last proxy ({gold}), PPO needed {Short(spent)} nats{ratio}; "
            + $"PPO's highest gold was {WithError(learned.Peak.Gold)} at {Short(learned.Peak.Kl.Value)} nats.";
    }
}
