using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>
/// R(d) = d (α - β d): gold reward under best-of-n (Gao, Schulman and Hilton 2022, arXiv:2210.10760, section 1).
/// </summary>
/// <remarks>
/// Peak at d* = α / (2 β) with R* = α² / (4 β), back to 0 at d = α / β. (The caption of the paper's figure 12 gives d* for the
/// height.) No peak unless α and β are both positive.
/// </remarks>
internal sealed class BestOfNLaw : OveroptimizationLaw
{
    /// <inheritdoc/>
    public override string Name => "best-of-n";

    /// <inheritdoc/>
    public override string Formula => "R(d) = d (alpha - beta d)";

    /// <inheritdoc/>
    public override string Latex => @"R(d) = d\,(\alpha - \beta d)";

    /// <inheritdoc/>
    public override string Source => "Gao, Schulman and Hilton 2022 (arXiv:2210.10760), section 1, R_bon";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ParameterNames { get; } = ["alpha", "beta"];

    /// <inheritdoc/>
    public override bool IsLinear => true;

    /// <inheritdoc/>
    public override double Evaluate(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return distance.Value * (parameters[0] - parameters[1] * distance.Value);
    }

    /// <inheritdoc/>
    public override double Slope(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return parameters[0] - 2 * parameters[1] * distance.Value;
    }

    /// <inheritdoc/>
    public override void Gradient(KlDistance distance, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        Check(parameters);
        Check(gradient);
        gradient[0] = distance.Value;
        gradient[1] = -distance.Value * distance.Value;
    }

    /// <inheritdoc/>
    public override bool TryPeak(ReadOnlySpan<double> parameters, out KlDistance peak)
    {
        bool found = TryZero(parameters, out var zero);
        peak = new(0.5 * zero.Value);
        return found;
    }

    /// <inheritdoc/>
    public override bool TryZero(ReadOnlySpan<double> parameters, out KlDistance zero)
    {
        Check(parameters);
        double distance = parameters[0] / parameters[1];
        bool found = parameters[0] > 0 && parameters[1] > 0 && double.IsFinite(distance * distance);
        zero = found ? new(distance) : default;
        return found;
    }
}
