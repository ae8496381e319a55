using RewardScaling.BestOfN;
using RewardScaling.Curves;

namespace RewardScaling.Studies.Claims;

/// <summary>
/// The curves of the main experiment: the plan's own policy against single proxies of unflipped labels, the smallest KL penalty
/// there is and one round. What an axis adds besides is for its own part of the report.
/// </summary>
internal static class PlainCurves
{
    /// <summary>These curves.</summary>
    public static IReadOnlyList<StudyCurve> Of(IReadOnlyList<StudyCurve> curves) => curves.Count == 0 ? []
        : [.. Alike(curves).Where(curve => curve.At.PolicyParameters == curves[0].At.PolicyParameters)];

    /// <summary>These curves, of whatever policy.</summary>
    public static IReadOnlyList<StudyCurve> Alike(IReadOnlyList<StudyCurve> curves)
    {
        StudyCurve[] single = [.. curves.Where(static curve =>
            curve.At is { Ensemble: null, OwnProxy: null, Rounds.Count: 1, Selection: SelectionRule.BestOfN })];
        if (single.Length == 0) return [];
        double noise = single.Min(static curve => curve.At.LabelNoise);
        return [.. single.Where(curve => curve.At.FrozenBlocks == single[0].At.FrozenBlocks && curve.At.LabelNoise == noise
            && curve.At.Penalty == Least(single, curve.At.Method))];
    }

    /// <summary>The smallest penalty of a method's curves.</summary>
    public static KlPenalty Least(IReadOnlyList<StudyCurve> curves, OptimizationMethod method) => curves
        .Where(curve => curve.At.Method == method).Select(static curve => curve.At.Penalty)
            .MinBy(static penalty => penalty.Coefficient)!;

    /// <summary>Those of one method.</summary>
    public static StudyCurve[] By(this IEnumerable<StudyCurve> curves, OptimizationMethod method) =>
        [.. curves.Where(curve => curve.At.Method == method)];

    /// <summary>The methods of some curves, best-of-n first.</summary>
    public static OptimizationMethod[] Methods(this IEnumerable<StudyCurve> curves) =>
        [.. curves.Select(static curve => curve.At.Method).Distinct().Order()];
}
