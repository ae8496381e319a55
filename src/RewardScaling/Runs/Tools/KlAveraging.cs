namespace RewardScaling.Runs;

/// <summary>Over what a tool averages the divergence it logs.</summary>
public enum KlAveraging
{
    /// <summary>Nobody says: no curve can be made of it.</summary>
    Unknown,

    /// <summary>Summed over the tokens of each sequence, then averaged over sequences: nats per sequence, what the laws
    /// need.</summary>
    SequenceSum,

    /// <summary>
    /// One mean over all response tokens of a line's batch: times the batch's mean length this is exactly the mean of the sums.
    /// </summary>
    MeanOfAllTokens,

    /// <summary>
    /// A mean per token of another kind: within each sequence first, or over several batches. Times the mean length it is
    /// about the mean of the sums, not exactly: long responses count too much or too little.
    /// </summary>
    MeanPerToken,

    /// <summary>None was logged: the method is best-of-n, whose divergence ln n - (n - 1) / n is known.</summary>
    BestOfN,

    /// <summary>None was logged, and none is known.</summary>
    None,
}
