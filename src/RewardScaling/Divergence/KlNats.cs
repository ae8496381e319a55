using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>
/// A Kullback-Leibler divergence D_KL(π ‖ π_init) of a policy π from the initial policy, in nats per
/// sequence (response tokens only).
/// </summary>
/// <remarks>
/// The scaling laws of Gao, Schulman and Hilton 2022 (arXiv:2210.10760) are written in its square root, <see cref="KlDistance"/>;
/// the two are different types so that they cannot be mixed up.
/// </remarks>
public readonly record struct KlNats : IComparable<KlNats>
{
    /// <summary>A divergence.</summary>
    /// <param name="value">Nats per sequence; finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public KlNats(double value)
    {
        Guard.Finite(value);
        Guard.NotNegative(value);
        Value = value;
    }

    /// <summary>The divergence in nats per sequence, at least 0.</summary>
    public double Value { get; }

    /// <summary>No divergence: the initial policy itself.</summary>
    public static KlNats Zero => default;

    /// <summary>d = sqrt(KL), the axis of the scaling laws.</summary>
    public KlDistance Sqrt() => new(Math.Sqrt(Value));

    /// <inheritdoc/>
    public int CompareTo(KlNats other) => Value.CompareTo(other.Value);

    /// <summary>The value with its unit, as "3.62 nats".</summary>
    public override string ToString() => FormattableString.Invariant($"{Value:G4} nats");

    /// <summary>Whether the left divergence is smaller.</summary>
    public static bool operator <(KlNats left, KlNats right) => left.Value < right.Value;

    /// <summary>Whether the left divergence is larger.</summary>
    public static bool operator >(KlNats left, KlNats right) => left.Value > right.Value;

    /// <summary>Whether the left divergence is smaller or equal.</summary>
    public static bool operator <=(KlNats left, KlNats right) => left.Value <= right.Value;

    /// <summary>Whether the left divergence is larger or equal.</summary>
    public static bool operator >=(KlNats left, KlNats right) => left.Value >= right.Value;
}
