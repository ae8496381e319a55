using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// How much a response has of one style: the sum of the weights of its tokens, each weight drawn from N(0, 1). A trait that
/// stands in the tokens alone, so that the smallest reward model can learn it, and that can be carried further than any
/// sample shows.
/// </summary>
public sealed class TokenStyle : IRewardModel
{
    private readonly double[] _weights;

    /// <summary>A style.</summary>
    /// <param name="vocabulary">How many different tokens there are; positive.</param>
    /// <param name="stream">Where the weights come from: token t has <c>stream.Normal(t)</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary is not positive.</exception>
    public TokenStyle(int vocabulary, RandomStream stream)
    {
        Guard.Positive(vocabulary);
        _weights = [.. Enumerable.Range(0, vocabulary).Select(token => stream.Normal((ulong)token))];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A response has a token outside the vocabulary.</exception>
    public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        cancellationToken.ThrowIfCancellationRequested();
        var scores = new double[rollouts.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            foreach (int token in rollouts.Tokens.Response(i))
            {
                if ((uint)token >= (uint)_weights.Length)
                    throw new ArgumentException(FormattableString.Invariant(
                        $"Rollout {i} has token {token}; the style knows tokens in [0, {_weights.Length - 1}]."), nameof(rollouts));
                scores[i] += _weights[token];
            }
        }
        return ValueTask.FromResult(scores);
    }
}
