using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>What became of the initial policy of a study.</summary>
public sealed record PolicySummary
{
    internal const string Trained = "pre-trained on the corpus";

    /// <summary>What it is, in words.</summary>
    /// <value>By default a network that was pre-trained on the corpus.</value>
    public string Description { get; init; } = Trained;

    /// <summary>Its size, where the study made it; null where it came from a folder or a server.</summary>
    public NetworkSize? Size { get; init; }

    /// <summary>The seed of its study.</summary>
    public ulong StudySeed { get; init; }

    /// <summary>How many numbers it holds; 0 where that is not known, behind a server.</summary>
    public required long Parameters { get; init; }

    /// <summary>Cross-entropy on held-out windows before the first step, in nats per token; null where it was not trained
    /// here.</summary>
    public Estimate? InitialHeldOutLoss { get; init; }

    /// <summary>Cross-entropy on held-out windows with the weights training ended with, in nats per token; null where it was
    /// not trained here.</summary>
    public Estimate? HeldOutLoss { get; init; }

    /// <summary>A few things it wrote.</summary>
    public required IReadOnlyList<TextRollout> Samples { get; init; }

    /// <summary>Of a policy behind a server, what of the study cannot be made again from its plan alone, and whether the server
    /// obeys seeds; null for a network that is here.</summary>
    public string? Server { get; init; }

    /// <summary>What was warned about while it was made.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What a server answered when its likeliest words alone could be drawn; null where that is not known.</summary>
    internal IReadOnlyList<LikeliestAnswer>? Likeliest { get; init; }

    /// <summary>What it is, the size and what it learned.</summary>
    public override string ToString() => Description + (Parameters == 0 ? "" : FormattableString.Invariant($", {Parameters:N0} parameters"))
        + (HeldOutLoss is { } loss && InitialHeldOutLoss is { } untrained
            ? FormattableString.Invariant($", held-out loss {loss.Value:F3} nats per token (untrained {untrained.Value:F3})") : "");
}
