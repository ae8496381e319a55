using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>What two methods spend in KL for the same gold.</summary>
/// <param name="Gold">The gold reached.</param>
/// <param name="FirstKl">What the first method needs, in nats.</param>
/// <param name="FirstInterval">Its interval.</param>
/// <param name="SecondKl">What the second method needs, in nats.</param>
/// <param name="SecondInterval">Its interval.</param>
/// <param name="Ratio">Second over first, with its error to first order; above 1 the first is more KL-efficient.</param>
public sealed record EqualGold(double Gold, KlNats FirstKl, ConfidenceInterval FirstInterval, KlNats SecondKl,
    ConfidenceInterval SecondInterval, Estimate Ratio)
{
    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"gold {Gold:G3} costs {FirstKl} ({FirstInterval}) and {SecondKl} ({SecondInterval}), {Ratio} times as much");
}
