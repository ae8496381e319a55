using RewardScaling.BestOfN;
using RewardScaling.Curves;

namespace RewardScaling.Studies.Claims;

/// <summary>Names of places on the axes of a plan, for tables and sentences.</summary>
internal static class StudyNames
{
    /// <summary>"Best-of-n" or "PPO".</summary>
    public static string Of(OptimizationMethod method) => method == OptimizationMethod.BestOfN ? "Best-of-n" : "PPO";

    /// <summary>The method, the reward model and what else is not as usual.</summary>
    public static string Of(StudyCoordinates at)
    {
        string proxy = at.OwnProxy ?? FormattableString.Invariant($"{at.ProxyParameters:N0} parameters, {at.Comparisons:N0} comparisons");
        if (at.Ensemble is { } ensemble) proxy += $", {ensemble}";
        if (at.LabelNoise > 0) proxy += FormattableString.Invariant($", {at.LabelNoise:P0} of the labels flipped");
        if (at.Penalty.Coefficient > 0) proxy += $", {at.Penalty}";
        if (at.Rounds.Count > 1) proxy += FormattableString.Invariant($", round {at.Round} of {at.Rounds.Count}");
        return $"{(at.Selection == SelectionRule.BestOfN ? Of(at.Method) : "Best-of-Poisson")}, {proxy}";
    }
}
