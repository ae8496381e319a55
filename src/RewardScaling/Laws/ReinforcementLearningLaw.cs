using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>R(d) = d (α - β ln d), R(0) = 0: gold reward under reinforcement learning (Gao, Schulman and Hilton 2022,
/// arXiv:2210.10760, section 1).</summary>
/// <remarks>
/// Peak at d* = exp(α / β - 1) with R* = β d*, back to 0 at d = exp(α / β). No peak unless β is positive. The slope at d = 0 is
/// infinite, so the form "likely does not hold" near 0 (footnote 1 of the paper).
/// </remarks>
internal sealed class ReinforcementLearningLaw : OveroptimizationLaw
{
    /// <inheritdoc/>
    public override string Name => "rl";

    /// <inheritdoc/>
    public override string Formula => "R(d) = d (alpha - beta ln d)";

    /// <inheritdoc/>
    public override string Latex => @"R(d) = d\,(\alpha - \beta \ln d)";

    /// <inheritdoc/>
    public override string Source => "Gao, Schulman and Hilton 2022 (arXiv:2210.10760), section 1, R_RL";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ParameterNames { get; } = ["alpha", "beta"];

    /// <inheritdoc/>
    public override bool IsLinear => true;

    /// <inheritdoc/>
    public override double Evaluate(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return distance.Value == 0 ? 0 : distance.Value * (parameters[0] - parameters[1] * Math.Log(distance.Value));
    }

    /// <inheritdoc/>
    public override double Slope(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        // With β = 0 the form is the line α d, and 0 x ln 0 must not make its slope NaN.
        return parameters[1] == 0 ? parameters[0] : parameters[0] - parameters[1] * (Math.Log(distance.Value) + 1);
    }

    /// <inheritdoc/>
    public override void Gradient(KlDistance distance, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        Check(parameters);
        Check(gradient);
        gradient[0] = distance.Value;
        gradient[1] = distance.Value == 0 ? 0 : -distance.Value * Math.Log(distance.Value);
    }

    /// <inheritdoc/>
    public override bool TryPeak(ReadOnlySpan<double> parameters, out KlDistance peak) => At(parameters, -1, out peak);

    /// <inheritdoc/>
    public override bool TryZero(ReadOnlySpan<double> parameters, out KlDistance zero) => At(parameters, 0, out zero);

    // Beyond exp(350) the KL, its square, is no longer a double.
    private bool At(ReadOnlySpan<double> parameters, double shift, out KlDistance distance)
    {
        Check(parameters);
        double logarithm = parameters[0] / parameters[1] + shift;
        bool found = parameters[1] > 0 && Math.Abs(logarithm) < 350;
        distance = found ? new(Math.Exp(logarithm)) : default;
        return found;
    }
}
