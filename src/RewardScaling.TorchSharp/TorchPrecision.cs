using System.Diagnostics.CodeAnalysis;

namespace RewardScaling.TorchSharp;

/// <summary>The numbers a network is computed in. Weights, gradients, optimizer and losses are float32 in any case.</summary>
public enum TorchPrecision
{
    /// <summary>Single precision throughout.</summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The name of the number format.")]
    Float32,

    /// <summary>
    /// The transformer in bfloat16, on copies of the float32 weights; logits, scores and values are widened before they are used.
    /// </summary>
    BFloat16,
}
