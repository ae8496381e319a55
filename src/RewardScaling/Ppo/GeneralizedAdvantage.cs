using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>Generalized advantage estimation (Schulman et al. 2016, arXiv:1506.02438, equations 11 to 16).</summary>
internal static class GeneralizedAdvantage
{
    /// <summary>
    /// δ_t = r_t + γ V_{t+1} - V_t and A_t = δ_t + γ λ A_{t+1}, backwards through each sequence, whose last token is terminal
    /// (V and A after it are 0); return R_t = A_t + V_t.
    /// </summary>
    /// <param name="rewards">One reward for each response token, sequence after sequence; length offsets[^1].</param>
    /// <param name="values">The value at the state before each token; as long.</param>
    /// <param name="offsets">Where each sequence begins in the lists, and where the last ends:
    /// <see cref="Models.TokenBatch.ResponseOffsets"/>.</param>
    /// <param name="discount">γ, in [0, 1].</param>
    /// <param name="lambda">λ, in [0, 1]: 0 trusts the values, 1 trusts the rewards.</param>
    /// <param name="advantages">Receives A; as long.</param>
    /// <param name="returns">Receives R; as long.</param>
    /// <exception cref="ArgumentException">The lists are of different lengths, or γ or λ is outside [0, 1].</exception>
    public static void Compute(ReadOnlySpan<double> rewards, ReadOnlySpan<float> values, ReadOnlySpan<int> offsets,
        double discount, double lambda, Span<double> advantages, Span<double> returns)
    {
        Guard.InRange(discount, 0, 1);
        Guard.InRange(lambda, 0, 1);
        if (offsets.IsEmpty)
            throw new ArgumentException("offsets is empty; it holds one number more than there are sequences.", nameof(offsets));
        Guard.Length(rewards.Length, offsets[^1], nameof(rewards));
        Guard.Length(values.Length, rewards.Length, nameof(values));
        Guard.Length(advantages.Length, rewards.Length, nameof(advantages));
        Guard.Length(returns.Length, rewards.Length, nameof(returns));
        for (int sequence = 0; sequence + 1 < offsets.Length; sequence++)
        {
            double nextValue = 0, nextAdvantage = 0;
            for (int t = offsets[sequence + 1] - 1; t >= offsets[sequence]; t--)
            {
                double delta = rewards[t] + discount * nextValue - values[t]; // PPO detail 7
                nextAdvantage = delta + discount * lambda * nextAdvantage;
                nextValue = values[t];
                advantages[t] = nextAdvantage;
                returns[t] = nextAdvantage + nextValue;
            }
        }
    }
}
