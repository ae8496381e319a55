using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>How far a pre-training is.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Steps">Steps there will be.</param>
/// <param name="Loss">Cross-entropy of the step's windows before the step, in nats per token.</param>
/// <param name="HeldOutLoss">The last measured held-out loss, in nats per token.</param>
/// <param name="TokensPerSecond">Tokens trained on per second since the start, held-out measurements included in the time;
/// infinite when no time has passed.</param>
/// <param name="TimeLeft">The time the remaining steps take at the pace so far.</param>
public sealed record PretrainingProgress(
    int Step, int Steps, double Loss, Estimate HeldOutLoss, double TokensPerSecond, TimeSpan TimeLeft)
{
    /// <summary>The step, its losses and the time left.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"step {Step} of {Steps}: loss {Loss:G4}, held out {HeldOutLoss} nats per token, {TokensPerSecond:F0} tokens/s, {NumberText.Duration(TimeLeft)} left");
}
