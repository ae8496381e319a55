namespace RewardScaling.Studies;

/// <summary>How several proxies become one (Coste et al. 2024, arXiv:2310.02743).</summary>
public enum EnsembleKind
{
    /// <summary>The mean of the members' scores.</summary>
    Mean,

    /// <summary>The lowest of the members' scores.</summary>
    WorstCase,

    /// <summary>The mean less a weight times the members' variance.</summary>
    UncertaintyWeighted,
}
