namespace RewardScaling.Models;

/// <summary>Where the scalar head of a reward model is read.</summary>
public enum RewardReadout
{
    /// <summary>At the last token of the sequence (Stiennon et al. 2020, section 3.4). The usual one.</summary>
    LastToken,

    /// <summary>
    /// At every token of the response, the score being the mean: every position counts, whatever the network makes of the
    /// last one. A sequence without a response has no score and is a fault.
    /// </summary>
    ResponseMean,
}
