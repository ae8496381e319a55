using System.Globalization;

namespace RewardScaling.Models;

/// <summary>The one place where scores from outside are checked: everything that asks an <see cref="IRewardModel"/> asks through
/// here.</summary>
internal static class CheckedScoring
{
    /// <summary>Scores of rollouts, one for each and all finite.</summary>
    /// <exception cref="InvalidOperationException">The model gave no list, a list of another length, or a score that is not
    /// finite; the message names the index and the prompt.</exception>
    public static async ValueTask<double[]> ScoreCheckedAsync(
        this IRewardModel model, Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rollouts);
        cancellationToken.ThrowIfCancellationRequested();
        double[] scores = await model.ScoreAsync(rollouts, cancellationToken).ConfigureAwait(false);
        Check(scores, rollouts.Count, model.GetType().Name, rollouts);
        return scores;
    }

    /// <summary>Scores of sequences by a network, as doubles, all finite.</summary>
    /// <exception cref="InvalidOperationException">A score is not finite; the message names the index.</exception>
    public static double[] ScoreChecked(this ITrainableRewardModel model, TokenBatch batch)
    {
        var scores = new float[batch.Count];
        model.Score(batch, scores);
        double[] wide = Array.ConvertAll(scores, static score => (double)score);
        Check(wide, batch.Count, model.GetType().Name);
        return wide;
    }

    private static void Check(double[]? scores, int expected, string name, Rollouts? rollouts = null)
    {
        if (scores is null)
            throw new InvalidOperationException($"The reward model {name} returned null instead of {expected} scores.");
        if (scores.Length != expected)
        {
            throw new InvalidOperationException(
                $"The reward model {name} returned {scores.Length} scores for {expected} rollouts; it must return one for each.");
        }
        for (int i = 0; i < scores.Length; i++)
        {
            if (double.IsFinite(scores[i])) continue;
            string prompt = rollouts is null ? "" : $" (prompt {PromptExcerpt.Of(rollouts, i)})";
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The reward model {name} gave rollout {i} of {expected}{prompt} the score {scores[i]}; scores must be finite."));
        }
    }
}
