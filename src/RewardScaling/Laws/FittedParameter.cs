using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A coefficient after a fit.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; with error 0 when it was fixed, without one when it could not be estimated.</param>
/// <param name="State">Whether the data, the caller or a bound gave the value.</param>
/// <param name="Range">The values it was allowed.</param>
public sealed record FittedParameter(string Name, Estimate Value, ParameterState State, ParameterRange Range)
{
    /// <summary>As "alpha = 0.482 ± 0.011", "offset = 0 (fixed)" or "beta = 0 (at its bound)".</summary>
    public override string ToString() => State switch
    {
        ParameterState.Fixed => FormattableString.Invariant($"{Name} = {Value.Value:G4} (fixed)"),
        ParameterState.AtBound => FormattableString.Invariant($"{Name} = {Value.Value:G4} (at its bound; error not estimated)"),
        _ => $"{Name} = {Value}",
    };
}
