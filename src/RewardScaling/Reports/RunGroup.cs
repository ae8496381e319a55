using RewardScaling.Curves;

namespace RewardScaling.Reports;

/// <summary>Runs that differ in their seed only, drawn in one colour.</summary>
/// <param name="Label">What they have in common: "penalty 0.1".</param>
/// <param name="Curves">Their curves; at least one. The effort of a point is the step of the optimizer.</param>
public sealed record RunGroup(string Label, IReadOnlyList<RewardCurve> Curves)
{
    /// <summary>The label and how many runs.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Label}: {Curves.Count} runs");
}
