using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>A coefficient that never moves: the objective is the same from the first step to the last.</summary>
internal sealed record FixedKlController : KlController
{
    /// <inheritdoc/>
    public override double Next(double coefficient, Estimate kl, int rollouts) => coefficient;
}
