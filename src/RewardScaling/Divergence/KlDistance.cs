using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>
/// d = sqrt(D_KL(π ‖ π_init)), the axis of the scaling laws (Gao, Schulman and Hilton 2022, section 1); KL in nats per sequence.
/// </summary>
public readonly record struct KlDistance : IComparable<KlDistance>
{
    /// <summary>A distance.</summary>
    /// <param name="value">The square root of nats per sequence; finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public KlDistance(double value)
    {
        Guard.Finite(value);
        Guard.NotNegative(value);
        Value = value;
    }

    /// <summary>The square root of the divergence in nats, at least 0.</summary>
    public double Value { get; }

    /// <summary>KL = d², in nats per sequence.</summary>
    public KlNats Squared() => new(Value * Value);

    /// <inheritdoc/>
    public int CompareTo(KlDistance other) => Value.CompareTo(other.Value);

    /// <summary>The value, as "d = 1.9".</summary>
    public override string ToString() => FormattableString.Invariant($"d = {Value:G4}");

    /// <summary>Whether the left distance is smaller.</summary>
    public static bool operator <(KlDistance left, KlDistance right) => left.Value < right.Value;

    /// <summary>Whether the left distance is larger.</summary>
    public static bool operator >(KlDistance left, KlDistance right) => left.Value > right.Value;

    /// <summary>Whether the left distance is smaller or equal.</summary>
    public static bool operator <=(KlDistance left, KlDistance right) => left.Value <= right.Value;

    /// <summary>Whether the left distance is larger or equal.</summary>
    public static bool operator >=(KlDistance left, KlDistance right) => left.Value >= right.Value;
}
