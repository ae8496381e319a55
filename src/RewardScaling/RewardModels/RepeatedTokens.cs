using RewardScaling.Models;

namespace RewardScaling.RewardModels;

/// <summary>
/// Counts the tokens of a response that stand earlier in it already: its length less the number of different tokens. A measure of
/// monotony between 0 and length - 1.
/// </summary>
public sealed class RepeatedTokens : IRewardModel
{
    /// <inheritdoc/>
    public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        cancellationToken.ThrowIfCancellationRequested();
        var scores = new double[rollouts.Count];
        var seen = new HashSet<int>();
        for (int i = 0; i < scores.Length; i++)
        {
            seen.Clear();
            foreach (int token in rollouts.Tokens.Response(i))
                if (!seen.Add(token)) scores[i]++;
        }
        return ValueTask.FromResult(scores);
    }
}
