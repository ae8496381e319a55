using System.ComponentModel;

namespace RewardScaling.Models;

/// <summary>What a parameter is, which decides its first value and whether weight decay touches it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum ParameterKind
{
    /// <summary>A table of embeddings, of tokens or of positions.</summary>
    Embedding,

    /// <summary>A matrix that does not write to the residual stream; also a policy's token head.</summary>
    Matrix,

    /// <summary>The matrix from the attention to the residual stream.</summary>
    AttentionOutput,

    /// <summary>The matrix from the feed-forward part to the residual stream.</summary>
    FeedForwardOutput,

    /// <summary>The head of a reward model.</summary>
    Head,

    /// <summary>The value head of a policy, zero at first.</summary>
    ValueHead,

    /// <summary>The gain of a LayerNorm, one at first; not shrunk.</summary>
    Gain,

    /// <summary>A bias, zero at first; not shrunk.</summary>
    Bias,
}
