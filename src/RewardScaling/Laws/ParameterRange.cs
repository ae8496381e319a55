using System.ComponentModel;

namespace RewardScaling.Laws;

/// <summary>The values a coefficient may take.</summary>
/// <param name="Min">The smallest, perhaps -∞.</param>
/// <param name="Max">The largest, perhaps +∞; not below <paramref name="Min"/>.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct ParameterRange(double Min, double Max)
{
    /// <summary>Any number.</summary>
    public static ParameterRange Any { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Whether one value alone is allowed: the coefficient is fixed.</summary>
    public bool IsPoint => Min == Max;

    /// <summary>Whether the value is allowed.</summary>
    /// <param name="value">The value; NaN never is.</param>
    public bool Contains(double value) => value >= Min && value <= Max;

    /// <summary>The range, as "[0, ∞]".</summary>
    public override string ToString() => FormattableString.Invariant($"[{Min}, {Max}]");
}
