namespace RewardScaling.Laws;

/// <summary>How a coefficient changes with the size of the reward model or of its data.</summary>
public enum ScalingForm
{
    /// <summary>coefficient = a + b log10(size): "approximately logarithmically" (Gao et al. 2022, section 3.2).</summary>
    LogLinear,

    /// <summary>coefficient = c size^b; every coefficient must be positive.</summary>
    PowerLaw,
}
