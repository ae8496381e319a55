namespace RewardScaling.Models;

/// <summary>The function inside the feed-forward part.</summary>
public enum Activation
{
    /// <summary>x Φ(x), exactly (Hendrycks and Gimpel 2016, arXiv:1606.08415).</summary>
    Gelu,

    /// <summary>x σ(2 √(2/π) (x + 0.044715 x³)): the tanh approximation of GELU that GPT-2 was trained with.</summary>
    GeluTanh,

    /// <summary>x σ(x), also called swish.</summary>
    Silu,
}
