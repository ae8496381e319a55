using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101), bias-corrected, behind global-norm clipping.
/// </summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the first moment, in [0, 1).</summary>
    /// <value>Default 0.9, Kingma and Ba 2015.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    /// <value>Default 0.999, Kingma and Ba 2015.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the bias-corrected second moment, as PyTorch does; positive.</summary>
    /// <value>Default 1e-8, Kingma and Ba 2015. PPO here uses 1e-5, as CleanRL does.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// Weights shrink by learning rate x this at each step; biases and LayerNorm parameters do not. At least 0.
    /// </summary>
    /// <value>Default 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>
    /// The gradient is scaled down to this norm over all parameters when it is longer; positive, or infinity for no clipping.
    /// </summary>
    /// <value>Default 1, GPT-3 (Brown et al. 2020, appendix B).</value>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Faults options no optimizer can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(AdamWOptions));
        faults.Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "in [0, 1)");
        faults.Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "in [0, 1)");
        faults.Require(Epsilon > 0 && double.IsFinite(Epsilon), nameof(Epsilon), Epsilon, "positive and finite");
        faults.Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), WeightDecay, "at least 0 and finite");
        faults.Require(MaxGradientNorm > 0, nameof(MaxGradientNorm), MaxGradientNorm, "positive");
        faults.ThrowIfAny();
    }
}
