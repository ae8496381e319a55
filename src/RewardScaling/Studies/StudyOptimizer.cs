namespace RewardScaling.Studies;

/// <summary>How a study optimises a policy against a proxy.</summary>
public enum StudyOptimizer
{
    /// <summary>Best-of-n on a pool of rollouts.</summary>
    BestOfN,

    /// <summary>PPO.</summary>
    Ppo,
}
