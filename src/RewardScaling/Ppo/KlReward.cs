using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// Rewards per token: a penalty for leaving the initial policy at every token, the reward model's score at the last.
/// </summary>
internal static class KlReward
{
    /// <summary>
    /// r_t = -β (log π(token_t) - log π_init(token_t)), plus the score at the last token of each sequence
    /// (Ziegler et al. 2019, arXiv:1909.08593, equation 2). With the policy's own samples the penalties of a sequence add up to
    /// -β times an unbiased estimate (k1) of its D_KL(π ‖ π_init) in nats.
    /// </summary>
    /// <param name="logProbs">log π of each response token under the policy that sampled it, in nats; length offsets[^1].</param>
    /// <param name="referenceLogProbs">log π_init of the same tokens; as long. With β = 0 it may be empty.</param>
    /// <param name="scores">One score for each sequence.</param>
    /// <param name="offsets">Where each sequence's tokens begin, and where the last ends.</param>
    /// <param name="coefficient">β, at least 0, in score per nat.</param>
    /// <param name="rewards">Receives one reward for each token.</param>
    /// <exception cref="ArgumentException">Lists of wrong lengths, a negative β, or a sequence without a response token to
    /// carry its score.</exception>
    public static void Compute(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> referenceLogProbs, ReadOnlySpan<double> scores,
        ReadOnlySpan<int> offsets, double coefficient, Span<double> rewards)
    {
        Guard.NotNegative(coefficient);
        Guard.Length(offsets.Length, scores.Length + 1, nameof(offsets));
        Guard.Length(logProbs.Length, offsets[^1], nameof(logProbs));
        Guard.Length(rewards.Length, logProbs.Length, nameof(rewards));
        if (coefficient > 0 || !referenceLogProbs.IsEmpty)
            Guard.Length(referenceLogProbs.Length, logProbs.Length, nameof(referenceLogProbs));
        if (coefficient == 0) rewards.Clear();
        else
        {
            for (int t = 0; t < rewards.Length; t++)
                rewards[t] = -coefficient * ((double)logProbs[t] - referenceLogProbs[t]); // PPO detail 4
        }
        for (int sequence = 0; sequence < scores.Length; sequence++)
        {
            if (offsets[sequence + 1] <= offsets[sequence])
                throw new ArgumentException($"Sequence {sequence} has no response token to carry its score.", nameof(offsets));
            rewards[offsets[sequence + 1] - 1] += scores[sequence];
        }
    }
}
