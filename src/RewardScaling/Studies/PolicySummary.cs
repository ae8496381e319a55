using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>What became of the initial policy of a study.</summary>
public sealed record PolicySummary
{
    /// <summary>How many numbers it was trained in.</summary>
    public required long Parameters { get; init; }

    /// <summary>Cross-entropy on held-out windows before the first step, in nats per token.</summary>
    public required Estimate InitialHeldOutLoss { get; init; }

    /// <summary>Cross-entropy on held-out windows with the weights training ended with, in nats per token.</summary>
    public required Estimate HeldOutLoss { get; init; }

    /// <summary>A few things it wrote.</summary>
    public required IReadOnlyList<TextSample> Samples { get; init; }

    /// <summary>The size and what it learned.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Parameters:N0} parameters, held-out loss {InitialHeldOutLoss} to {HeldOutLoss} nats a token");
}
