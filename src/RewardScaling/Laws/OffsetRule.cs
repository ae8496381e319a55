namespace RewardScaling.Laws;

/// <summary>What a fit takes as the reward of the initial policy, at KL = 0, unless a range of "offset" says otherwise.</summary>
public enum OffsetRule
{
    /// <summary>
    /// Zero, unless points at KL = 0 contradict it by more than 3 standard errors: then free, and the fit says so. Where these
    /// points have no errors the differences of neighbouring points stand for them.
    /// </summary>
    ByData,

    /// <summary>R(0) = 0, as in Gao et al. 2022, for rewards measured from the initial policy's mean. Contradicting points at
    /// KL = 0 are a warning.</summary>
    Zero,

    /// <summary>Estimated, for raw scores, win rates and accuracies. Points at KL = 0 count.</summary>
    Free,
}
