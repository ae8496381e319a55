namespace RewardScaling.RewardModels;

/// <summary>What is done with pairs that nobody preferred: a strength of 0, equal scores or ranks, a winner called "tie".</summary>
public enum PreferenceTies
{
    /// <summary>They are left out, and counted.</summary>
    LeaveOut,

    /// <summary>They are kept with the label 0.5: either response may be the preferred one.</summary>
    Half,
}
