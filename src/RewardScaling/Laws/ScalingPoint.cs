using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>The coefficients of one reward model's curve.</summary>
public sealed record ScalingPoint
{
    /// <summary>Coefficients read somewhere, such as from a paper.</summary>
    /// <param name="size">Parameters of the reward model, or comparisons it was trained on; above 0.</param>
    /// <param name="coefficients">The law's coefficients in its order; finite.</param>
    /// <exception cref="ArgumentException">A size or coefficient outside its range.</exception>
    public ScalingPoint(double size, params ReadOnlySpan<double> coefficients)
    {
        Guard.Finite(size);
        Guard.Positive(size);
        Guard.AllFinite(coefficients);
        (Size, Coefficients) = (size, coefficients.ToArray());
    }

    /// <summary>The coefficients of a fit.</summary>
    /// <param name="size">Parameters of the reward model, or comparisons it was trained on; above 0.</param>
    /// <param name="fit">The fit of its curve.</param>
    public static ScalingPoint From(double size, LawFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new(size, fit.Coefficients);
    }

    /// <summary>Parameters of the reward model, or comparisons it was trained on.</summary>
    public double Size { get; }

    /// <summary>The law's coefficients in its order.</summary>
    public IReadOnlyList<double> Coefficients { get; }
}
