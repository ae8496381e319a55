using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>A number read off a fit, such as the KL of its peak: what a bootstrap gives an interval of.</summary>
/// <param name="name">A short name.</param>
/// <param name="of">Reads it; +∞ where a fit has none, so that intervals become unbounded instead of hiding the fits
/// without a peak. Never NaN.</param>
public sealed class LawQuantity(string name, Func<LawFit, double> of)
{
    /// <summary>KL* in nats; +∞ for a fit without a peak.</summary>
    public static LawQuantity PeakKl { get; } = new("peak KL", static fit =>
        fit.Law.TryPeak(fit.Coefficients, out var peak) ? peak.Squared().Value : double.PositiveInfinity)
    { ReadsCoefficients = true };

    /// <summary>R*, the reward at the peak; +∞ for a fit without a peak.</summary>
    public static LawQuantity PeakReward { get; } = new("peak reward", static fit =>
        fit.Law.TryPeak(fit.Coefficients, out var peak) ? fit.Evaluate(peak) : double.PositiveInfinity)
    { ReadsCoefficients = true };

    /// <summary>The KL in nats where the reward is back at that of the start; +∞ for a fit that never is.</summary>
    public static LawQuantity ZeroKl { get; } = new("zero KL", static fit =>
        fit.Law.TryZero(fit.Coefficients, out var zero) ? zero.Squared().Value : double.PositiveInfinity)
    { ReadsCoefficients = true };

    /// <summary>A coefficient.</summary>
    /// <param name="parameter">One of the law's parameter names, or "offset".</param>
    public static LawQuantity Parameter(string parameter) =>
        new(parameter, fit => fit.Values[fit.IndexOf(parameter)]) { ReadsCoefficients = true };

    /// <summary>The fitted reward at a distance.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    public static LawQuantity Reward(KlDistance distance) =>
        new(FormattableString.Invariant($"R({distance})"), fit => fit.Evaluate(distance)) { ReadsCoefficients = true };

    /// <summary>A short name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it needs the coefficients alone, and not the points they were fitted to.</summary>
    internal bool ReadsCoefficients { get; private init; }

    /// <summary>The number in a fit.</summary>
    /// <param name="fit">The fit.</param>
    /// <exception cref="InvalidOperationException">The function gave NaN.</exception>
    public double Of(LawFit fit)
    {
        double value = of(fit);
        return double.IsNaN(value)
            ? throw new InvalidOperationException($"{Name} of a fit is NaN; use infinity for a quantity that does not exist.")
            : value;
    }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
