namespace RewardScaling.Models;

/// <summary>How a learning rate falls after its warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It stays at its peak.</summary>
    Constant,

    /// <summary>It falls along a straight line.</summary>
    Linear,

    /// <summary>It falls along half a cosine: slowly, fast, slowly.</summary>
    Cosine,
}
