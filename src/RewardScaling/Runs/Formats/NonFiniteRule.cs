namespace RewardScaling.Runs;

/// <summary>What is done with a line whose KL, proxy or gold is NaN or infinite.</summary>
public enum NonFiniteRule
{
    /// <summary>It is a fault that names the line: a run that logs NaN has usually broken down.</summary>
    Fail,

    /// <summary>It is left out, and the log's warnings say how many were.</summary>
    LeaveOut,
}
