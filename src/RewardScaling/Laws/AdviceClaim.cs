using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>What a sentence of advice says of the truth, in numbers that a simulation can hold against it.</summary>
internal enum AdviceClaimKind
{
    /// <summary>The KL of the highest point of those measured, in nats.</summary>
    HighestAt,

    /// <summary>The highest gold of the points measured.</summary>
    HighestGold,

    /// <summary>The highest gold less that of the last point.</summary>
    Fall,

    /// <summary>The largest fall from a point to a later one.</summary>
    FallOnTheWay,

    /// <summary>Gold of the last point less that of the start.</summary>
    EndAgainstStart,

    /// <summary>The highest gold less that of the start.</summary>
    Gain,

    /// <summary>The KL at which gold is highest of all up to the end of the data, points or not, in nats.</summary>
    PeakAt,
}

/// <summary>That a quantity lies in a range.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Low">The smallest value, perhaps -∞.</param>
/// <param name="High">The largest value, perhaps +∞.</param>
/// <param name="Farthest">The KL of the last point that counted, in nats.</param>
internal readonly record struct AdviceClaim(AdviceClaimKind Kind, double Low, double High, KlNats Farthest);

/// <summary>A sentence of advice, and what it claims beyond what was measured.</summary>
internal sealed record AdviceSentence(string Text, params IReadOnlyList<AdviceClaim> Claims);
