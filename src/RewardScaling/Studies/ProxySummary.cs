using RewardScaling.RewardModels;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>One proxy reward model of a study.</summary>
public sealed record ProxySummary
{
    /// <summary>Its size, of an ensemble that of each member; null for a proxy of the caller's.</summary>
    public required NetworkSize? Size { get; init; }

    /// <summary>How many of the lower blocks are the policy's and were kept as they are, where it began as the policy's trunk;
    /// null where it began with random weights.</summary>
    public int? FrozenBlocks { get; init; }

    /// <summary>How many numbers it holds, of an ensemble each member; 0 for a proxy of the caller's.</summary>
    public required long Parameters { get; init; }

    /// <summary>How many comparisons it was trained on, the held-out ones not counted.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Which of the proxies of this size and data it is, from 0.</summary>
    public required int Seed { get; init; }

    /// <summary>The share of its comparisons whose label was turned round; the held-out ones keep theirs.</summary>
    public double LabelNoise { get; init; }

    /// <summary>The ensemble; null for a single proxy.</summary>
    public EnsembleChoice? Ensemble { get; init; }

    /// <summary>The name of a proxy of the caller's; null for the trained ones.</summary>
    public string? OwnProxy { get; init; }

    /// <summary>The round of iterated RLHF it was trained in, from 1.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The seed of its study.</summary>
    public ulong StudySeed { get; init; }

    /// <summary>Of a reward model behind a server, what of the study cannot be made again from its plan alone; null for one that
    /// is here.</summary>
    public string? Server { get; init; }

    /// <summary>What was warned about while it was made.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What a server said of the few texts in the policy's document; null for a model that is here.</summary>
    internal RewardProbe? Probe { get; init; }

    /// <summary>Loss and accuracy on held-out comparisons.</summary>
    public required RewardModelEvaluation HeldOut { get; init; }

    /// <summary>Mean raw score of the initial policy, subtracted from every score.</summary>
    public required double Mean { get; init; }

    /// <summary>A name for legends and tables.</summary>
    public string Label => OwnProxy ?? (FormattableString.Invariant($"{Parameters:N0} parameters{Trunk}, {Comparisons:N0} comparisons")
        + (LabelNoise == 0 ? "" : FormattableString.Invariant($", {LabelNoise:P0} wrong labels"))
        + (Ensemble is null ? "" : $", {Ensemble}") + (Seed == 0 ? "" : $", seed {Seed}"));

    private string Trunk => FrozenBlocks switch
    {
        null => "",
        0 => " from the policy",
        { } frozen => FormattableString.Invariant($" from the policy, {frozen} blocks frozen"),
    };

    /// <summary>What it is and how well it predicts held-out comparisons.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Label}: held-out loss {HeldOut.Loss.Value:F3}, accuracy {HeldOut.Accuracy.Value:P0}");
}
