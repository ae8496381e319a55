using System.Globalization;

namespace RewardScaling.Models;

/// <summary>
/// The one place where scores from outside are checked: everything that asks an <see cref="IRewardModel"/> asks through here.
/// </summary>
internal static class CheckedScoring
{
    private const double Largest = 1e150;

    /// <summary>Scores of rollouts, one for each and all finite.</summary>
    /// <exception cref="InvalidOperationException">The model gave no list, a list of another length, or a score that is not
    /// finite; the message names the index and the prompt.</exception>
    public static ValueTask<double[]> ScoreCheckedAsync(
        this IRewardModel model, Rollouts rollouts, CancellationToken cancellationToken = default) =>
        model.ScoreCheckedAsync(rollouts, i => string.Create(CultureInfo.InvariantCulture,
            $"rollout {i} of {rollouts.Count} (prompt {PromptExcerpt.Of(rollouts, i)})"), cancellationToken);

    /// <summary>
    /// Scores of rollouts, one for each and all finite, where the caller has a better name for a rollout than its index.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model gave no list, a list of another length, or a score that is not
    /// finite; the message calls the rollout by <paramref name="name"/> of its index.</exception>
    public static async ValueTask<double[]> ScoreCheckedAsync(
        this IRewardModel model, Rollouts rollouts, Func<int, string> name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rollouts);
        cancellationToken.ThrowIfCancellationRequested();
        double[] scores = await model.ScoreAsync(rollouts, cancellationToken).ConfigureAwait(false);
        Check(scores, rollouts.Count, model.GetType().Name, name);
        return scores;
    }

    /// <summary>Scores of sequences by a network, as doubles, all finite.</summary>
    /// <exception cref="InvalidOperationException">A score is not finite; the message names the index.</exception>
    public static double[] ScoreChecked(this ITrainableRewardModel model, TokenBatch batch)
    {
        var scores = new float[batch.Count];
        model.Score(batch, scores);
        double[] wide = Array.ConvertAll(scores, static score => (double)score);
        Check(wide, batch.Count, model.GetType().Name,
            i => string.Create(CultureInfo.InvariantCulture, $"rollout {i} of {batch.Count}"));
        return wide;
    }

    private static void Check(double[]? scores, int expected, string model, Func<int, string> name)
    {
        if (scores is null)
            throw new InvalidOperationException($"The reward model {model} returned null instead of {expected} scores.");
        if (scores.Length != expected)
        {
            throw new InvalidOperationException(
                $"The reward model {model} returned {scores.Length} scores for {expected} rollouts; it must return one for each.");
        }
        for (int i = 0; i < scores.Length; i++)
        {
            if (Math.Abs(scores[i]) <= Largest) continue;
            string range = double.IsFinite(scores[i]) ? $"at most {Largest:G1} in size, so that their squares can be added up" : "finite";
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The reward model {model} gave {name(i)} the score {scores[i]}; scores must be {range}."));
        }
    }
}
