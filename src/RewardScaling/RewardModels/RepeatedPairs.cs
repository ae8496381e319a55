using RewardScaling.Models;

namespace RewardScaling.RewardModels;

/// <summary>
/// Counts the pairs of equal tokens in a response: a token that stands there k times counts k (k - 1) / 2. A measure of monotony that
/// grows with the square of any excess.
/// </summary>
public sealed class RepeatedPairs : IRewardModel
{
    /// <inheritdoc/>
    public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        cancellationToken.ThrowIfCancellationRequested();
        var scores = new double[rollouts.Count];
        var seen = new Dictionary<int, int>();
        for (int i = 0; i < scores.Length; i++)
        {
            seen.Clear();
            foreach (int token in rollouts.Tokens.Response(i))
            {
                // Each token pairs with every earlier one that equals it.
                int earlier = seen.GetValueOrDefault(token);
                scores[i] += earlier;
                seen[token] = earlier + 1;
            }
        }
        return ValueTask.FromResult(scores);
    }
}
