namespace RewardScaling.Ppo;

/// <summary>A coefficient that never moves: the objective is the same from the first step to the last.</summary>
public sealed record FixedKlController : KlController
{
    /// <inheritdoc/>
    public override double Next(double coefficient, double sequenceKl, int rollouts) => coefficient;

    /// <inheritdoc/>
    public override void Validate() { }
}
