using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// Which positions of a response a reward model's score depends on. A gold model that reads only the last tokens is a poor truth
/// to overoptimise against; this shows it.
/// </summary>
public static class ResponseSensitivity
{
    /// <summary>
    /// The total effect of each position (Sobol; estimator of Jansen 1999): E[(r(y) - r(y'))²] / (2 Var r), where y' is y with
    /// the token at the position taken from another rollout drawn at random. 0 means the position does not matter; for a sum of
    /// independent terms the effects add up to 1, with interactions to more.
    /// </summary>
    /// <param name="model">The reward model.</param>
    /// <param name="rollouts">Independent rollouts of the policy whose responses all have the same length; at least two.</param>
    /// <param name="stream">What the choice of the other rollouts depends on.</param>
    /// <param name="cancellationToken">Stops between positions.</param>
    /// <returns>One effect for each response position, at least 0, with the standard error that comes from the rollouts (that
    /// of Var r left out).</returns>
    /// <exception cref="ArgumentException">Fewer than two rollouts, responses of different lengths or none, or scores
    /// that are all equal.</exception>
    public static async Task<Estimate[]> MeasureAsync(
        IRewardModel model, Rollouts rollouts, RandomStream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        TokenBatch tokens = rollouts.Tokens;
        int length = tokens.Response(0).Length;
        if (length == 0) throw new ArgumentException("rollouts have no response tokens.", nameof(rollouts));
        for (int i = 1; i < tokens.Count; i++)
        {
            int other = tokens.Response(i).Length;
            if (other != length)
            {
                throw new ArgumentException(
                    $"rollouts[{i}] has {other} response tokens and rollouts[0] {length}.", nameof(rollouts));
            }
        }
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        double[] scores = await model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false);
        RewardModelNormalization spread = RewardModelNormalization.FromScores(scores);
        double variance = spread.StandardDeviation * spread.StandardDeviation * scores.Length / (scores.Length - 1);
        var effects = new Estimate[length];
        for (int position = 0; position < length; position++)
        {
            var others = new Rollouts(Resampled(tokens, position, stream.Fork(position)), rollouts.Tokenizer);
            double[] changed = await model.ScoreCheckedAsync(others, cancellationToken).ConfigureAwait(false);
            var shares = new double[scores.Length];
            for (int i = 0; i < shares.Length; i++) shares[i] = Math.Pow(changed[i] - scores[i], 2) / (2 * variance);
            effects[position] = Estimate.Mean(shares);
        }
        return effects;
    }

    private static TokenBatch Resampled(TokenBatch tokens, int position, RandomStream stream)
    {
        var sequences = new TokenSequence[tokens.Count];
        for (int i = 0; i < sequences.Length; i++)
        {
            int other = stream.Below((ulong)i, sequences.Length - 1);
            int[] sequence = tokens.Sequence(i).ToArray();
            sequence[tokens.PromptLengths[i] + position] = tokens.Response(other < i ? other : other + 1)[position];
            sequences[i] = new(sequence, tokens.PromptLengths[i]);
        }
        return new(sequences);
    }
}
