namespace RewardScaling.Models;

/// <summary>The formula of a <see cref="Normalization"/>.</summary>
public enum NormalizationKind
{
    /// <summary>gain (x - mean) / √(variance + epsilon) + bias (Ba, Kiros and Hinton 2016, arXiv:1607.06450).</summary>
    LayerNorm,

    /// <summary>gain x / √(mean of squares + epsilon), without a bias (Zhang and Sennrich 2019, arXiv:1910.07467).</summary>
    RootMeanSquare,
}
