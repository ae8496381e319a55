using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>The gold of two methods where their proxy scores are the same.</summary>
/// <param name="Proxy">The proxy score of both.</param>
/// <param name="FirstKl">Where the first method reaches it, in nats.</param>
/// <param name="FirstGold">Gold there.</param>
/// <param name="SecondKl">Where the second method reaches it, in nats.</param>
/// <param name="SecondGold">Gold there.</param>
/// <param name="Difference">Second less first.</param>
public sealed record EqualProxy(double Proxy, KlNats FirstKl, Estimate FirstGold, KlNats SecondKl, Estimate SecondGold,
    Estimate Difference)
{
    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"at proxy {Proxy:G3} gold is {FirstGold} (at {FirstKl}) and {SecondGold} (at {SecondKl}), a difference of {Difference}");
}
