namespace RewardScaling.Ppo;

/// <summary>How the learning rate of PPO moves after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls in a straight line, to reach 0 one step after the last.</summary>
    Linear,

    /// <summary>It falls along half a cosine, to reach 0 one step after the last.</summary>
    Cosine,
}
