namespace RewardScaling.Ppo;

/// <summary>What happens to the proxy's scores before they become rewards. What is recorded and drawn is never scaled.</summary>
public enum ScoreScaling
{
    /// <summary>Nothing: a score is a reward.</summary>
    None,

    /// <summary>
    /// Every score is divided by the standard deviation of the first step's scores, those of the initial policy. A constant of
    /// the run, so the objective does not drift; the KL coefficient then is per standard deviation.
    /// </summary>
    InitialDeviation,
}
