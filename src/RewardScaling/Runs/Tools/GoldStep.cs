namespace RewardScaling.Runs;

/// <summary>Which line of training a gold score belongs to.</summary>
public enum GoldStep
{
    /// <summary>The line of its own step; a score whose step has no line of training is left out, and said.</summary>
    Same,

    /// <summary>
    /// The line of its own step, or else the last one before it: the policy that was evaluated is not quite the one whose KL
    /// was logged. Each score is used once.
    /// </summary>
    NearestEarlier,
}
