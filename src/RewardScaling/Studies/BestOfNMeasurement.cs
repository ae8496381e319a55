using RewardScaling.BestOfN;
using RewardScaling.Models;

namespace RewardScaling.Studies;

/// <summary>
/// Samples and scores the pool of best-of-n a few prompts at a time, so that what is measured can be kept and the rollouts of the
/// whole need not be in memory together.
/// </summary>
internal sealed class BestOfNMeasurement(
    StudyRun run, StageReporter reporter, IPolicy policy, IRewardModel gold, IReadOnlyList<ProxySummary> proxies)
{
    // Smaller parts would be written more often than they are worth; more of them would only be more files.
    private const int FewestRollouts = 4096, MostParts = 64;

    private readonly TokenBatch _prompts = run.EvaluationPrompts;

    /// <summary>How many parts there are.</summary>
    public int PartCount { get; } = Math.Clamp((int)((long)run.Plan.EvaluationPrompts * run.Plan.PoolSize / FewestRollouts), 1,
        Math.Min(MostParts, run.Plan.EvaluationPrompts));

    /// <summary>Measures one part: by the proxies' keys the estimates of its prompts, and all scores [prompts,
    /// samples].</summary>
    public async Task<(Dictionary<string, BestOfNEstimates> Estimates, IReadOnlyList<NamedTensor> Scores)> RunAsync(int part)
    {
        int from = First(part), count = First(part + 1) - from, samples = run.Plan.PoolSize;
        var sampler = run.Sampler(policy);
        var pool = await sampler.SamplePoolAsync(_prompts.Slice(from, count), from, samples, run.Stream("pool"),
            Piece(0, "sampling"), run.Cancellation).ConfigureAwait(false);
        double[] goldScores = await sampler.ScoreAsync(pool, gold, Piece(1, "gold scores"), run.Cancellation).ConfigureAwait(false);
        var tensors = new List<NamedTensor> { Tensor("gold", goldScores) };
        var estimates = new Dictionary<string, BestOfNEstimates>();
        foreach (var proxy in proxies)
        {
            var (scorer, network) = ProxyStage.Load(run, proxy);
            using (network)
            {
                double[] scores = await sampler.ScoreAsync(pool, scorer, Piece(2 + estimates.Count, proxy.Label),
                    run.Cancellation).ConfigureAwait(false);
                tensors.Add(Tensor(proxy.Key, scores));
                estimates.Add(proxy.Key, BestOfNEstimates.Of(pool.Scored(scores, goldScores),
                    AllN.Around(run.Plan.BestOfN, samples)));
            }
        }
        return (estimates, tensors);

        NamedTensor Tensor(string name, double[] scores) =>
            new(name, [count, samples], Array.ConvertAll(scores, static score => (float)score));

        // Sampling, gold and each proxy count alike; it is only a bar.
        IProgress<BestOfNProgress> Piece(int piece, string what)
        {
            double pieces = 2 + proxies.Count;
            double start = (part + piece / pieces) / PartCount, end = (part + (piece + 1) / pieces) / PartCount;
            return reporter.Part<BestOfNProgress>(start, end, at => ((double)at.Done / at.Total,
                FormattableString.Invariant($"prompts {from + 1:N0} to {from + count:N0} of {_prompts.Count:N0}, {what}")));
        }
    }

    private int First(int part) => (int)((long)_prompts.Count * part / PartCount);
}
