using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>
/// D_KL(π ‖ reference) is +infinity: the reference gives probability zero to something the policy writes. No finite number would
/// be an estimate of it, so there is none.
/// </summary>
/// <remarks>
/// A softmax gives every token some probability. Zeros come from cut distributions: top-k, top-p, banned tokens. Measure the KL
/// of the cut policy from the uncut reference (<see cref="NextTokenKl"/>), or cut neither.
/// </remarks>
public sealed class InfiniteKlException : RewardScalingException
{
    internal InfiniteKlException(string where)
        : base($"{where}: the reference gives this token probability zero, so D_KL(policy ‖ reference) is +infinity. "
            + "Was the reference cut by top-k or top-p? Use its whole distribution.") => Where = where;

    /// <summary>The number that says so, such as "referenceLogProbs[3]".</summary>
    public string Where { get; }
}
