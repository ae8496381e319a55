namespace RewardScaling.Laws;

/// <summary>How a curve's coefficient follows from the parameters of a joint fit: constant + Σ weight x parameter, or e to it.
/// </summary>
/// <param name="Constant">What it is without parameters: the value of a fixed coefficient.</param>
/// <param name="Indices">Which parameters.</param>
/// <param name="Weights">Their weights.</param>
/// <param name="IsExponential">Whether the sum is the coefficient's logarithm.</param>
internal sealed record CoefficientLink(double Constant, int[] Indices, double[] Weights, bool IsExponential = false)
{
    public static CoefficientLink Fixed(double value) => new(value, [], []);

    public static CoefficientLink To(int index) => new(0, [index], [1]);

    public double Value(ReadOnlySpan<double> parameters)
    {
        double sum = Constant;
        for (int k = 0; k < Indices.Length; k++) sum += Weights[k] * parameters[Indices[k]];
        return IsExponential ? Math.Exp(sum) : sum;
    }

    /// <summary>∂coefficient / ∂(sum), given the coefficient.</summary>
    public double Slope(double value) => IsExponential ? value : 1;
}
