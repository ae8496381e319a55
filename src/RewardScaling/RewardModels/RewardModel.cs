using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// Reward models from functions of the text, for either role: a proxy to optimise, or a gold model to be the truth.
/// </summary>
/// <example>
/// <code>
/// IRewardModel brevity = RewardModel.FromText(response => -response.Length);
/// IRewardModel remote = RewardModel.FromRemote(
///     async (rollout, cancel) => await client.ScoreAsync(rollout.Prompt, rollout.Response, cancel),
///     new RemoteScoringOptions { CallsAtOnce = 16, Attempts = 5, CachedScores = 100_000 });
/// </code>
/// </example>
/// <remarks>
/// What a function throws reaches the caller as it is. Scores are checked where they are used: NaN and infinity are faults.
/// </remarks>
public static class RewardModel
{
    /// <summary>Scores the response's text.</summary>
    /// <param name="score">Higher is better. Called once for each rollout, in order.</param>
    public static IRewardModel FromText(Func<string, double> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return FromText((_, response) => score(response));
    }

    /// <summary>Scores the response's text in view of the prompt's.</summary>
    /// <param name="score">Prompt, response; higher is better. Called once for each rollout, in order.</param>
    public static IRewardModel FromText(Func<string, string, double> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new TextRewardModel((rollouts, _) =>
            ValueTask.FromResult<IReadOnlyList<double>>(Array.ConvertAll(rollouts, r => score(r.Prompt, r.Response))));
    }

    /// <summary>Scores by a call that takes its time, such as one to a service, a few at once.</summary>
    /// <param name="score">One rollout to a score; higher is better.</param>
    /// <param name="callsAtOnce">How many calls may be under way, at least 1.</param>
    public static IRewardModel FromRemote(Func<TextRollout, CancellationToken, ValueTask<double>> score, int callsAtOnce = 8)
    {
        Guard.Positive(callsAtOnce);
        return FromRemote(score, new RemoteScoringOptions { CallsAtOnce = callsAtOnce, Attempts = 1 });
    }

    /// <summary>Scores by a call that takes its time and may fail: a few at once, tried again, and kept if asked.</summary>
    /// <param name="score">One rollout to a score; higher is better.</param>
    /// <param name="options">How many calls at once, which faults are tried again and how often, how many scores are kept.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public static IRewardModel FromRemote(
        Func<TextRollout, CancellationToken, ValueTask<double>> score, RemoteScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new TextRewardModel(new RemoteScorer(score, options).ScoreAsync);
    }

    /// <summary>Scores by a call that takes many rollouts at a time, one call after the other.</summary>
    /// <param name="score">Some rollouts to as many scores, in their order; higher is better.</param>
    /// <param name="rolloutsPerCall">The most rollouts in one call, at least 1.</param>
    public static IRewardModel FromRemoteBatch(
        Func<IReadOnlyList<TextRollout>, CancellationToken, ValueTask<IReadOnlyList<double>>> score, int rolloutsPerCall = 64)
    {
        ArgumentNullException.ThrowIfNull(score);
        Guard.Positive(rolloutsPerCall);
        return new TextRewardModel(async (rollouts, cancellationToken) =>
        {
            var scores = new List<double>(rollouts.Length);
            foreach (TextRollout[] call in rollouts.Chunk(rolloutsPerCall))
            {
                cancellationToken.ThrowIfCancellationRequested();
                IReadOnlyList<double> part = await score(call, cancellationToken).ConfigureAwait(false);
                if (part is null || part.Count != call.Length)
                {
                    throw new InvalidOperationException(
                        $"The reward model gave {part?.Count ?? 0} scores for the {call.Length} rollouts from {scores.Count}; "
                    + "it must give one for each.");
                }
                scores.AddRange(part);
            }
            return scores;
        });
    }
}
