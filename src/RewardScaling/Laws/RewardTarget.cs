namespace RewardScaling.Laws;

/// <summary>Which of a curve's two rewards is fitted.</summary>
public enum RewardTarget
{
    /// <summary>Gold, which the laws are about.</summary>
    Gold,

    /// <summary>
    /// Proxy. Gao et al. fitted it too, with less confidence (section 3.2): it keeps rising, so beta is near 0.
    /// </summary>
    Proxy,
}
