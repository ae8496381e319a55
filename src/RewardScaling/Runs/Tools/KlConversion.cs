namespace RewardScaling.Runs;

/// <summary>What may be done to a logged divergence to have it per sequence.</summary>
public enum KlConversion
{
    /// <summary>Only what is exact; anything else is refused with the reason.</summary>
    Exact,

    /// <summary>
    /// A mean per token may be multiplied by the mean length, though that is not the mean of the sums; the log's warnings say so.
    /// </summary>
    ByMeanLength,
}
