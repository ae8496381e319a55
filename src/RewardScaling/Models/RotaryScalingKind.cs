namespace RewardScaling.Models;

/// <summary>The formula of a <see cref="RotaryScaling"/>.</summary>
public enum RotaryScalingKind
{
    /// <summary>All frequencies divided by the factor (Chen et al. 2023, arXiv:2306.15595).</summary>
    Linear,

    /// <summary>Low frequencies divided by the factor, high ones kept, a ramp between (Llama 3.1).</summary>
    Llama3,

    /// <summary>The same by the number of turns in the original context, and attention sharpened (Peng et al. 2023,
    /// arXiv:2309.00071).</summary>
    Yarn,
}
