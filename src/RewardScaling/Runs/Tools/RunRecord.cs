using RewardScaling.Numerics;

namespace RewardScaling.Runs.Tools;

/// <summary>Everything that was logged of one step of one run, from all its rows; or the mean of neighbouring steps.</summary>
internal readonly record struct RunRecord
{
    /// <summary>The table's row where it begins, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Where the last of the neighbours begins whose mean this is; null for a step by itself.</summary>
    public int? LastRow { get; init; }

    /// <summary>The step, or n; null where none was logged.</summary>
    public double? Step { get; init; }

    public Estimate? Kl { get; init; }

    public Estimate? Proxy { get; init; }

    public Estimate? Gold { get; init; }

    public double? Length { get; init; }

    public double? Entropy { get; init; }

    public double? FlatGroups { get; init; }

    /// <summary>How many answers gold was averaged over; 0 where nothing tells.</summary>
    public double Answers { get; init; }
}
