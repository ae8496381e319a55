using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>One proxy reward model of a study.</summary>
public sealed record ProxySummary
{
    /// <summary>Its size.</summary>
    public required NetworkSize Size { get; init; }

    /// <summary>How many numbers it was trained in.</summary>
    public required long Parameters { get; init; }

    /// <summary>How many comparisons it was trained on, the held-out ones not counted.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Which of the proxies of this size and data it is, from 0.</summary>
    public required int Seed { get; init; }

    /// <summary>Loss and accuracy on held-out comparisons.</summary>
    public required RewardModelEvaluation HeldOut { get; init; }

    /// <summary>Mean raw score of the initial policy, subtracted from every score.</summary>
    public required double Mean { get; init; }

    /// <summary>A name for legends and tables.</summary>
    public string Label => FormattableString.Invariant($"{Parameters:N0} parameters, {Comparisons:N0} comparisons") + (Seed == 0 ? "" : $", seed {Seed}");

    /// <summary>A name for files.</summary>
    internal string Key => KeyOf(Size, Comparisons, Seed);

    internal static string KeyOf(NetworkSize size, int comparisons, int seed) =>
        FormattableString.Invariant($"w{size.Width}-l{size.Layers}-c{comparisons}-s{seed}");
}
