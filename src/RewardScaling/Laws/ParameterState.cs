namespace RewardScaling.Laws;

/// <summary>How a coefficient came by its value.</summary>
public enum ParameterState
{
    /// <summary>By the data.</summary>
    Estimated,

    /// <summary>By the caller, who fixed it.</summary>
    Fixed,

    /// <summary>
    /// By the bound it was stopped at; its error is not known, and those of the others hold as if it were fixed there.
    /// </summary>
    AtBound,
}
