using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>The curve of a reward model of known size.</summary>
public sealed record SizedCurve
{
    /// <summary>A curve and the size of its reward model.</summary>
    /// <param name="size">Parameters of the reward model, or comparisons it was trained on; above 0.</param>
    /// <param name="curve">The curve.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not a positive number.</exception>
    public SizedCurve(double size, RewardCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        Guard.Finite(size);
        Guard.Positive(size);
        (Size, Curve) = (size, curve);
    }

    /// <summary>Parameters of the reward model, or comparisons it was trained on.</summary>
    public double Size { get; }

    /// <summary>The curve.</summary>
    public RewardCurve Curve { get; }

    /// <summary>The size and the curve.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"size {Size:G4}: {Curve}");
}
