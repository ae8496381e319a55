using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// A form of the caller's own, from a function of d and coefficients. Derivatives, peak and zero are found numerically.
/// </summary>
/// <remarks>
/// R(0) should be 0, and is 0 where the function is NaN there; a start other than 0 is the fit's offset. Derivatives are central
/// differences, good to about 10 digits of a smooth function. Peak and zero are looked for from d = 1e-3 to d = 1e3 on a
/// logarithmic grid of 601 points: a bump narrower than 2 percent may be missed. The search ends where the function is first NaN:
/// a form need not be defined for every d, and says nothing of those beyond. For full precision subclass
/// <see cref="OveroptimizationLaw"/> instead.
/// </remarks>
/// <example>
/// <code>
/// var saturating = new CustomLaw("saturating", "a (1 - exp(-d / s))", ["a", "s"], start: [1, 1],
///     (d, p) => p[0] * (1 - Math.Exp(-d / p[1])));
/// LawFit fit = saturating.Fit(curve);
/// </code>
/// </example>
public sealed class CustomLaw : OveroptimizationLaw
{
    private readonly LawFunction _function;
    private readonly double[] _start;

    /// <summary>A form.</summary>
    /// <param name="name">A short name.</param>
    /// <param name="formula">The formula as text.</param>
    /// <param name="parameterNames">The coefficients; at least one, all different, none called "offset".</param>
    /// <param name="start">A first guess of them; finite.</param>
    /// <param name="function">R(d).</param>
    /// <param name="latex">The formula in LaTeX; null for the text.</param>
    /// <exception cref="ArgumentException">Names that are missing or repeated, or a guess that does not fit them.</exception>
    public CustomLaw(string name, string formula, IReadOnlyList<string> parameterNames, IReadOnlyList<double> start,
        LawFunction function, string? latex = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(parameterNames);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(function);
        if (parameterNames.Count == 0) throw new ArgumentException("parameterNames is empty; a law needs at least one coefficient.", nameof(parameterNames));
        if (parameterNames.Distinct().Count() < parameterNames.Count || parameterNames.Contains(LawFitOptions.Offset))
            throw new ArgumentException($"parameterNames = {string.Join(", ", parameterNames)} must be different from each other and from '{LawFitOptions.Offset}'.", nameof(parameterNames));
        Guard.Length(start.Count, parameterNames.Count, nameof(start));
        _start = [.. start];
        Guard.AllFinite<double>(_start, nameof(start));
        (Name, Formula, Latex, ParameterNames, _function) = (name, formula, latex ?? formula, [.. parameterNames], function);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Formula { get; }

    /// <inheritdoc/>
    public override string Latex { get; }

    /// <inheritdoc/>
    public override string Source => "the caller";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ParameterNames { get; }

    /// <inheritdoc/>
    public override bool IsLinear => false;

    /// <inheritdoc/>
    public override IReadOnlyList<double[]> Guess(ReadOnlySpan<double> distances, ReadOnlySpan<double> rewards) => [[.. _start]];

    /// <inheritdoc/>
    public override double Evaluate(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return At(distance.Value, parameters);
    }

    /// <inheritdoc/>
    public override double Slope(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        double step = 6e-6 * Math.Max(distance.Value, 1e-3), low = Math.Max(0, distance.Value - step),
            high = distance.Value + step;
        return (At(high, parameters) - At(low, parameters)) / (high - low);
    }

    /// <inheritdoc/>
    public override void Gradient(KlDistance distance, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        Check(parameters);
        Check(gradient);
        Span<double> moved = stackalloc double[parameters.Length];
        parameters.CopyTo(moved);
        for (int j = 0; j < gradient.Length; j++)
        {
            double step = 6e-6 * Math.Max(Math.Abs(parameters[j]), 1e-3);
            moved[j] = parameters[j] + step;
            double above = At(distance.Value, moved), top = moved[j];
            moved[j] = parameters[j] - step;
            gradient[j] = (above - At(distance.Value, moved)) / (top - moved[j]);
            moved[j] = parameters[j];
        }
    }

    /// <inheritdoc/>
    public override bool TryPeak(ReadOnlySpan<double> parameters, out KlDistance peak)
    {
        Check(parameters);
        peak = default;
        int best = -1;
        double highest = 0, last = 0;
        for (int i = 0; i < GridSize && _function(Grid(i), parameters) is var value && !double.IsNaN(value); i++)
        {
            last = value;
            if (value > highest) (best, highest) = (i, value);
        }
        // A form that levels off has no peak, though rounding may put its highest grid point inside.
        if (best <= 0 || !(last < highest * (1 - 1e-9))) return false;
        // Between the neighbours of the highest grid point.
        double high = Grid(best + 1);
        double[] values = parameters.ToArray();
        peak = new(GoldenSection.Maximum(d => _function(d, values), Grid(best - 1), high, 1e-9 * high));
        return true;
    }

    /// <inheritdoc/>
    public override bool TryZero(ReadOnlySpan<double> parameters, out KlDistance zero)
    {
        Check(parameters);
        zero = default;
        bool above = false;
        for (int i = 0; i < GridSize && _function(Grid(i), parameters) is var value && !double.IsNaN(value); i++)
        {
            above |= value > 0;
            if (!above || value > 0) continue;
            double low = Grid(i - 1), high = Grid(i);
            while (high - low > 1e-15 * high && 0.5 * (low + high) is var middle && middle > low && middle < high)
                if (_function(middle, parameters) > 0) low = middle; else high = middle;
            zero = new(high);
            return true;
        }
        return false;
    }

    // d ln d and its kind are not defined at 0, where every law is 0.
    private double At(double d, ReadOnlySpan<double> parameters) =>
        _function(d, parameters) is var value && d == 0 && double.IsNaN(value) ? 0 : value;

    private const int GridSize = 601;

    private static double Grid(int i) => Math.Pow(10, -3 + 6.0 * i / (GridSize - 1));
}
