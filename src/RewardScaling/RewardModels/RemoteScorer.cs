using System.Collections.Concurrent;

namespace RewardScaling.RewardModels;

/// <summary>Asks for the scores of rollouts, a few at once, again where a fault may pass, once for each text it
/// keeps.</summary>
internal sealed class RemoteScorer(
    Func<TextRollout, CancellationToken, ValueTask<double>> score, RemoteScoringOptions options)
{
    private readonly ConcurrentDictionary<TextRollout, double> _kept = new();

    public async ValueTask<IReadOnlyList<double>> ScoreAsync(TextRollout[] rollouts, CancellationToken cancellationToken)
    {
        if (options.CachedScores == 0) return await AskAsync(rollouts, cancellationToken).ConfigureAwait(false);
        TextRollout[] missing = [.. rollouts.Distinct().Where(rollout => !_kept.ContainsKey(rollout))];
        double[] asked = await AskAsync(missing, cancellationToken).ConfigureAwait(false);
        var now = new Dictionary<TextRollout, double>(missing.Length);
        for (int i = 0; i < missing.Length; i++)
        {
            now.Add(missing[i], asked[i]);
            // What is not a score is said by whoever asked, and asked for again.
            if (_kept.Count < options.CachedScores && double.IsFinite(asked[i])) _kept.TryAdd(missing[i], asked[i]);
        }
        return Array.ConvertAll(rollouts, rollout => now.TryGetValue(rollout, out double fresh) ? fresh : _kept[rollout]);
    }

    private async ValueTask<double[]> AskAsync(TextRollout[] rollouts, CancellationToken cancellationToken)
    {
        var scores = new double[rollouts.Length];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = options.CallsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, rollouts.Length, limit, async (i, token) =>
            scores[i] = await TryAsync(rollouts[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return scores;
    }

    private async ValueTask<double> TryAsync(TextRollout rollout, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await score(rollout, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (attempt < options.Attempts && fault is not OperationCanceledException
                && options.MayPass(fault))
            {
                await Task.Delay(options.FirstDelay * (1 << Math.Min(attempt - 1, 20)), options.Clock, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }
}
