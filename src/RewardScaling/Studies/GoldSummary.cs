using RewardScaling.RewardModels;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>What the gold reward model of a study is.</summary>
public sealed record GoldSummary
{
    /// <summary>What it is, in words.</summary>
    public required string Description { get; init; }

    /// <summary>How many numbers it holds; 0 where it is not a network of the study's own.</summary>
    public required long Parameters { get; init; }

    /// <summary>How a teacher with a taste weighs its two parts; null without a taste.</summary>
    internal TasteScales? Taste { get; init; }

    /// <summary>Mean raw score of the initial policy, subtracted from every score.</summary>
    public required double Mean { get; init; }

    /// <summary>
    /// Standard deviation of the raw score over rollouts of the initial policy, by which every score is divided.
    /// </summary>
    public required double StandardDeviation { get; init; }

    /// <summary>Loss and accuracy on held-out preferences, for a gold model trained on preferences; otherwise null.</summary>
    public RewardModelEvaluation? HeldOut { get; init; }

    /// <summary>The seed of its study.</summary>
    public ulong StudySeed { get; init; }

    /// <summary>Of a reward model behind a server, what of the study cannot be made again from its plan alone; null for one that
    /// is here.</summary>
    public string? Server { get; init; }

    /// <summary>What was warned about while it was made.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What a server said of the few texts in the policy's document; null for a model that is here.</summary>
    internal RewardProbe? Probe { get; init; }

    /// <summary>What it is, its size, and how well it predicts preferences where it was trained on them.</summary>
    public override string ToString() => Description
        + (Parameters == 0 ? "" : FormattableString.Invariant($", {Parameters:N0} parameters"))
        + (HeldOut is null ? "" : FormattableString.Invariant($", held-out loss {HeldOut.Loss} (chance 0.693), accuracy {HeldOut.Accuracy}"));
}
