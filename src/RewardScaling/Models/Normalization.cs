namespace RewardScaling.Models;

/// <summary>How rows of the residual stream are normalised before each part of a block and before the heads.</summary>
/// <param name="Kind">Which formula.</param>
/// <param name="Epsilon">Added to the mean of squares under the root; positive.</param>
public sealed record Normalization(NormalizationKind Kind, double Epsilon)
{
    /// <summary>LayerNorm with the epsilon of GPT-2, 1e-5.</summary>
    public static Normalization LayerNorm { get; } = new(NormalizationKind.LayerNorm, 1e-5);
}
