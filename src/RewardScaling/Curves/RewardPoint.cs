using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>
/// One point of an overoptimization curve: how far the policy went, what the proxy says of it and what gold says.
/// </summary>
public sealed record RewardPoint
{
    /// <summary>D_KL(π ‖ π_init), in nats per sequence; never negative.</summary>
    public required Estimate Kl { get; init; }

    /// <summary>Mean score by the proxy reward model, the measure that was optimised.</summary>
    public required Estimate Proxy { get; init; }

    /// <summary>Mean score by the gold reward model, the one that counts.</summary>
    public required Estimate Gold { get; init; }

    /// <summary>The n of best-of-n, or the PPO step: what the optimizer was told, as opposed to how far it got.</summary>
    public required double Effort { get; init; }

    /// <summary>d = sqrt(KL).</summary>
    public KlDistance Distance => new KlNats(Kl.Value).Sqrt();
}
