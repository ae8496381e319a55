namespace RewardScaling.BestOfN;

/// <summary>How one of several responses is selected by its score.</summary>
public enum SelectionRule
{
    /// <summary>The best of n.</summary>
    BestOfN,

    /// <summary>The best of 1 + Poisson(μ), which is softer: sometimes it is the best of few (Khalaf et al. 2025,
    /// arXiv:2506.19248; <see cref="SelectionRules.PoissonKl"/>).</summary>
    BestOfPoisson,
}
