namespace RewardScaling.RewardModels;

/// <summary>Which of two ranks is the better one.</summary>
public enum RankOrder
{
    /// <summary>Nobody said; a file of ranks is refused.</summary>
    Unknown,

    /// <summary>1 is the best.</summary>
    LowerIsBetter,

    /// <summary>The highest number is the best.</summary>
    HigherIsBetter,
}
