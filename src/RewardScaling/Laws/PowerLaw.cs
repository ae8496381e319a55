using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>
/// R(d) = d (α - β d^γ), γ positive: tried by Gao et al. 2022 (arXiv:2210.10760, appendix B) for RL; γ = 1 is the best-of-n law.
/// </summary>
/// <remarks>
/// Peak at d* = (α / (β (1 + γ)))^(1/γ), back to 0 at (α / β)^(1/γ); none unless α and β are positive. Small γ approaches the
/// logarithmic form, where α and β grow without bound and their difference alone is determined: hence γ is kept in [0.01, 10]
/// unless told otherwise.
/// </remarks>
internal sealed class PowerLaw : OveroptimizationLaw
{
    /// <inheritdoc/>
    public override string Name => "power";

    /// <inheritdoc/>
    public override string Formula => "R(d) = d (alpha - beta d^gamma)";

    /// <inheritdoc/>
    public override string Latex => @"R(d) = d\,(\alpha - \beta d^{\gamma})";

    /// <inheritdoc/>
    public override string Source => "Gao, Schulman and Hilton 2022 (arXiv:2210.10760), appendix B";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ParameterNames { get; } = ["alpha", "beta", "gamma"];

    /// <inheritdoc/>
    public override bool IsLinear => false;

    /// <inheritdoc/>
    public override ParameterRange RangeOf(string parameter) => parameter == "gamma" ? new(0.01, 10) : ParameterRange.Any;

    /// <inheritdoc/>
    public override IReadOnlyList<double[]> Guess(ReadOnlySpan<double> distances, ReadOnlySpan<double> rewards)
    {
        // For a given γ the rest is linear, so each start is already the best fit of its γ.
        var starts = new List<double[]>();
        Span<double> design = stackalloc double[distances.Length <= 256 ? 2 * distances.Length : 0],
            right = stackalloc double[design.Length / 2], solution = stackalloc double[2];
        if (design.IsEmpty)
        {
            design = new double[2 * distances.Length];
            right = new double[distances.Length];
        }
        foreach (double gamma in (ReadOnlySpan<double>)[0.1, 0.5, 1, 2, 4])
        {
            for (int i = 0; i < distances.Length; i++)
            {
                design[i] = distances[i];
                design[distances.Length + i] = -Math.Pow(distances[i], 1 + gamma);
                right[i] = rewards[i];
            }
            if (Householder.Solve(design, right, solution)) starts.Add([solution[0], solution[1], gamma]);
        }
        return starts;
    }

    /// <inheritdoc/>
    public override double Evaluate(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return distance.Value * (parameters[0] - parameters[1] * Math.Pow(distance.Value, parameters[2]));
    }

    /// <inheritdoc/>
    public override double Slope(KlDistance distance, params ReadOnlySpan<double> parameters)
    {
        Check(parameters);
        return parameters[0] - parameters[1] * (1 + parameters[2]) * Math.Pow(distance.Value, parameters[2]);
    }

    /// <inheritdoc/>
    public override void Gradient(KlDistance distance, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        Check(parameters);
        Check(gradient);
        double d = distance.Value, power = d * Math.Pow(d, parameters[2]);
        gradient[0] = d;
        gradient[1] = -power;
        gradient[2] = d == 0 ? 0 : -parameters[1] * power * Math.Log(d);
    }

    /// <inheritdoc/>
    public override bool TryPeak(ReadOnlySpan<double> parameters, out KlDistance peak) => At(parameters, 1, out peak);

    /// <inheritdoc/>
    public override bool TryZero(ReadOnlySpan<double> parameters, out KlDistance zero) => At(parameters, 0, out zero);

    private bool At(ReadOnlySpan<double> parameters, double times, out KlDistance distance)
    {
        Check(parameters);
        distance = default;
        if (!(parameters[0] > 0 && parameters[1] > 0 && parameters[2] > 0)) return false;
        double logarithm = Math.Log(parameters[0] / (parameters[1] * (1 + times * parameters[2]))) / parameters[2];
        if (!(Math.Abs(logarithm) < 350)) return false;
        distance = new(Math.Exp(logarithm));
        return true;
    }
}
