namespace RewardScaling.Laws;

/// <summary>Residuals as a function of some numbers: what <see cref="LevenbergMarquardt"/> makes small.</summary>
internal interface ILeastSquaresModel
{
    int ResidualCount { get; }

    int ParameterCount { get; }

    /// <summary>Fills (model - measured) / scale of each point; may be NaN or infinite where the model is not defined.</summary>
    void Residuals(ReadOnlySpan<double> parameters, Span<double> residuals);

    /// <summary>Fills ∂residual_i/∂parameter_j at [j * ResidualCount + i].</summary>
    void Jacobian(ReadOnlySpan<double> parameters, Span<double> jacobian);
}
