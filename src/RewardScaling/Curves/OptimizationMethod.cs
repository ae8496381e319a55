namespace RewardScaling.Curves;

/// <summary>How a policy was optimised against a proxy.</summary>
public enum OptimizationMethod
{
    /// <summary>Best-of-n: of n samples keep the one the proxy scores highest.</summary>
    BestOfN,

    /// <summary>Reinforcement learning, PPO in this library.</summary>
    ReinforcementLearning,
}
