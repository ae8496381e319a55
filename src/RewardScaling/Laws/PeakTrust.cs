namespace RewardScaling.Laws;

/// <summary>Which statement about a peak to believe: the law's or the measured one.</summary>
public enum PeakTrust
{
    /// <summary>The law is not rejected and agrees with what was measured: believe both; the law's is the sharper one.</summary>
    Both,

    /// <summary>The law is rejected, or its peak lies where the points say it is not: believe what was measured.</summary>
    Measured,

    /// <summary>The points have no errors to tell where the highest is, and the law is not rejected.</summary>
    Law,

    /// <summary>The law is rejected, and the points have no errors to tell where the highest is.</summary>
    Neither,
}
