using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>What a pre-training came to.</summary>
/// <param name="InitialHeldOutLoss">Held-out cross-entropy before the first step, in nats per token; about
/// ln of the vocabulary.</param>
/// <param name="HeldOutLoss">Held-out cross-entropy of the weights it ended with, in nats per token: after the last step, or
/// with <see cref="PretrainingOptions.Patience"/> the lowest measured, which having been chosen is a little too low.</param>
/// <param name="Losses">Cross-entropy of each step's windows before that step, in nats per token; one for each step
/// made.</param>
/// <param name="Tokens">Tokens trained on, the first of each window not counted.</param>
[TypeFormatterSource]
public sealed record PretrainingResult(
    Estimate InitialHeldOutLoss, Estimate HeldOutLoss, IReadOnlyList<double> Losses, long Tokens)
{
    /// <summary>Losses and what they took.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"held-out loss {InitialHeldOutLoss} to {HeldOutLoss} nats a token, {Losses.Count} steps, {Tokens:N0} tokens");
}
