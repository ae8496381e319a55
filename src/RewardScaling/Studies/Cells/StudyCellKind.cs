namespace RewardScaling.Studies.Cells;

/// <summary>What a cell of a study makes.</summary>
public enum StudyCellKind
{
    /// <summary>An initial policy.</summary>
    Policy,

    /// <summary>The gold reward model, scaled on the initial policy.</summary>
    Gold,

    /// <summary>Comparisons labelled by gold.</summary>
    Comparisons,

    /// <summary>A trained proxy, or one of the caller's, recentred on the initial policy.</summary>
    Proxy,

    /// <summary>Several proxies as one, measured on held-out comparisons.</summary>
    Ensemble,

    /// <summary>The rollouts of best-of-n.</summary>
    Pool,

    /// <summary>The scores of a pool by gold or by one proxy.</summary>
    PoolScores,

    /// <summary>Best-of-n against one proxy: what the scores come to at every n.</summary>
    BestOfN,

    /// <summary>A run of PPO against one proxy.</summary>
    Ppo,
}
