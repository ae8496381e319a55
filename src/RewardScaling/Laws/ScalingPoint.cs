using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>The coefficients of one reward model's curve, with their covariance where it is known.</summary>
public sealed record ScalingPoint
{
    private readonly double[,]? _covariance;

    /// <summary>Coefficients read somewhere, such as from a paper, without errors.</summary>
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

    private ScalingPoint(double size, ReadOnlySpan<double> coefficients, double[,]? covariance) : this(size, coefficients) =>
        _covariance = covariance;

    /// <summary>The coefficients of a fit, with their full covariance when the fit has errors.</summary>
    /// <param name="size">Parameters of the reward model, or comparisons it was trained on; above 0.</param>
    /// <param name="fit">The fit of its curve, by itself.</param>
    /// <exception cref="ArgumentException">The fit is one curve of a joint fit: coefficients that curves share are not
    /// independent observations; use <see cref="CoefficientScaling.OneStage"/>.</exception>
    public static ScalingPoint From(double size, LawFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (fit.IsPartOfJointFit) throw new ArgumentException($"The fit of '{fit.Label}' is one curve of a joint fit, so its coefficients are no independent observation; scale the curves in one stage.", nameof(fit));
        if (!fit.HasErrors) return new(size, fit.Coefficients);
        int width = fit.Coefficients.Length;
        var covariance = new double[width, width];
        for (int a = 0; a < width; a++)
            for (int b = 0; b < width; b++) covariance[a, b] = fit.Covariance(fit.Problem.Names[a], fit.Problem.Names[b]);
        return new(size, fit.Coefficients, covariance);
    }

    /// <summary>Parameters of the reward model, or comparisons it was trained on.</summary>
    public double Size { get; }

    /// <summary>The law's coefficients in its order.</summary>
    public IReadOnlyList<double> Coefficients { get; }

    /// <summary>Whether the covariance of the coefficients is known.</summary>
    public bool HasErrors => _covariance is not null;

    /// <summary>The covariance of two coefficients of the fit.</summary>
    /// <param name="first">A coefficient's place in the law's order, from 0.</param>
    /// <param name="second">A coefficient's place in the law's order, from 0.</param>
    /// <exception cref="InvalidOperationException">It is not known: see <see cref="HasErrors"/>.</exception>
    public double Covariance(int first, int second)
    {
        Guard.InRange(first, 0, Coefficients.Count - 1);
        Guard.InRange(second, 0, Coefficients.Count - 1);
        return _covariance?[first, second]
            ?? throw new InvalidOperationException("The covariance of these coefficients is not known; ask HasErrors first.");
    }

    /// <summary>The size and the coefficients.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"size {Size:G6}: {string.Join(", ", Coefficients.Select(static value => FormattableString.Invariant($"{value:G4}")))}");
}
