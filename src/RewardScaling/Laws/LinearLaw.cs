using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>
/// R(d) = α d: what proxy scores tend to at large d (Gao et al. 2022, arXiv:2210.10760, section 3.2; Bai et
/// al. 2022). No peak, no zero.
/// </summary>
internal sealed class LinearLaw : OveroptimizationLaw
{
    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override string Formula => "R(d) = alpha d";

    /// <inheritdoc/>
    public override string Latex => @"R(d) = \alpha d";

    /// <inheritdoc/>
    public override string Source => "Gao, Schulman and Hilton 2022 (arXiv:2210.10760), section 3.2";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ParameterNames { get; } = ["alpha"];

    /// <inheritdoc/>
    public override bool IsLinear => true;

    /// <inheritdoc/>
    public override double Evaluate(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return parameters[0] * distance.Value;
    }

    /// <inheritdoc/>
    public override double Slope(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return parameters[0];
    }

    /// <inheritdoc/>
    public override void Gradient(KlDistance distance, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        Check(parameters);
        Check(gradient);
        gradient[0] = distance.Value;
    }

    /// <inheritdoc/>
    public override bool TryPeak(ReadOnlySpan<double> parameters, out KlDistance peak)
    {
        Check(parameters);
        peak = default;
        return false;
    }

    /// <inheritdoc/>
    public override bool TryZero(ReadOnlySpan<double> parameters, out KlDistance zero) => TryPeak(parameters, out zero);
}
