using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>What the points themselves say of the highest gold, each statement paying for having looked for the highest of many.
/// </summary>
public sealed record PeakBounds
{
    /// <summary>The confidence of each statement, not of all together.</summary>
    public required double Level { get; init; }

    /// <summary>The points that may be the highest, by effort: all others are lower than another point beyond doubt.</summary>
    public required IReadOnlyList<RewardPoint> Plausible { get; init; }

    /// <summary>From the smallest to the largest KL of the plausible points, in nats.</summary>
    public required ConfidenceInterval Kl { get; init; }

    /// <summary>From the smallest to the largest effort (n, or step) of the plausible points.</summary>
    public required ConfidenceInterval Effort { get; init; }

    /// <summary>The highest expected gold of any of the points. Its lower bound is lower than that of a point chosen beforehand
    /// would be, because the highest of many measured values is too high.</summary>
    public required ConfidenceInterval Gold { get; init; }

    /// <summary>The highest gold less that of the last point by effort; never below 0, and 0 as the lower bound means that no
    /// fall is shown.</summary>
    public required ConfidenceInterval Fall { get; init; }

    /// <summary>The highest gold less that of the first point by effort; never below 0, and 0 as the lower bound means that no
    /// rise is shown.</summary>
    public required ConfidenceInterval Rise { get; init; }

    /// <summary>The deepest fall on the way: the largest difference between a point and a later one. A curve that falls and
    /// recovers has a deep one and no <see cref="Fall"/>.</summary>
    public required ConfidenceInterval DeepestFall { get; init; }

    /// <summary>The bounds in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"highest gold {Gold} at KL {Kl} nats, {Rise} above the first point and {Fall} above the last ({100 * Level:G3} %)");
}
