using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>R(d) = d (α - β ln(1 + d)): tried by Gao et al. 2022 (arXiv:2210.10760, appendix B) for RL; slope α at 0,
/// "substantially worse extrapolation".</summary>
/// <remarks>
/// No peak unless α and β are positive; the peak solves α = β (ln(1 + d) + d / (1 + d)); back to 0 at d = exp(α / β) - 1.
/// </remarks>
internal sealed class LogLaw : OveroptimizationLaw
{
    /// <inheritdoc/>
    public override string Name => "log1p";

    /// <inheritdoc/>
    public override string Formula => "R(d) = d (alpha - beta ln(1 + d))";

    /// <inheritdoc/>
    public override string Latex => @"R(d) = d\,(\alpha - \beta \ln(1 + d))";

    /// <inheritdoc/>
    public override string Source => "Gao, Schulman and Hilton 2022 (arXiv:2210.10760), appendix B";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ParameterNames { get; } = ["alpha", "beta"];

    /// <inheritdoc/>
    public override bool IsLinear => true;

    /// <inheritdoc/>
    public override double Evaluate(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return distance.Value * (parameters[0] - parameters[1] * Math.Log(1 + distance.Value));
    }

    /// <inheritdoc/>
    public override double Slope(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return parameters[0] - parameters[1] * Bend(distance.Value);
    }

    /// <inheritdoc/>
    public override void Gradient(KlDistance distance, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        Check(parameters);
        Check(gradient);
        gradient[0] = distance.Value;
        gradient[1] = -distance.Value * Math.Log(1 + distance.Value);
    }

    /// <inheritdoc/>
    public override bool TryPeak(ReadOnlySpan<double> parameters, out KlDistance peak)
    {
        peak = default;
        if (!TryZero(parameters, out var zero)) return false;
        // The bend rises from 0, so the peak is the one root between 0 and the zero; bisection on a logarithmic scale, then
        // Newton.
        double ratio = parameters[0] / parameters[1], low = 0, high = zero.Value;
        for (int step = 0; step < 200 && high - low > 1e-15 * high; step++)
        {
            double middle = low == 0 ? high / 2 : Math.Sqrt(low * high);
            if (middle <= low || middle >= high) middle = 0.5 * (low + high);
            if (Bend(middle) < ratio) low = middle; else high = middle;
        }
        double d = 0.5 * (low + high);
        d -= (Bend(d) - ratio) / (1 / (1 + d) + 1 / ((1 + d) * (1 + d)));
        peak = new(d);
        return true;
    }

    /// <inheritdoc/>
    public override bool TryZero(ReadOnlySpan<double> parameters, out KlDistance zero)
    {
        Check(parameters);
        double ratio = parameters[0] / parameters[1];
        bool found = parameters[0] > 0 && parameters[1] > 0 && ratio < 350;
        zero = found ? new(Numerics.NearZero.Expm1(ratio)) : default;
        return found;
    }

    private static double Bend(double d) => Math.Log(1 + d) + d / (1 + d);
}
