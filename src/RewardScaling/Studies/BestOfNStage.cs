using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Models;

namespace RewardScaling.Studies;

/// <summary>Best-of-n against every proxy: one pool of rollouts, sampled and gold-scored once, shared by all proxies.</summary>
internal static class BestOfNStage
{
    private const string Name = "best-of-n";

    public static async Task<(IReadOnlyList<RewardCurve> Curves, double Seconds)> RunAsync(
        StudyRun run, IPolicy policy, IRewardModel gold, IReadOnlyList<ProxySummary> proxies)
    {
        var reporter = run.Begin(StudyStage.BestOfN);
        var done = run.Folder.Read(Name, StudyJson.Default.BestOfNStageDocument)
            ?? await MeasureAsync(run, reporter, policy, gold, proxies).ConfigureAwait(false);
        reporter.Done(FormattableString.Invariant(
            $"{run.Plan.EvaluationPrompts:N0} prompts x {run.Plan.PoolSize:N0} rollouts, KL to {BestOfNTheory.Kl(run.Plan.BestOfN.Max()).Value:F2} nats"), done.Seconds);
        return ([.. proxies.Select(proxy => done.Estimates[proxy.Key].ToCurve(proxy.Label))], done.Seconds);
    }

    private static async Task<BestOfNStageDocument> MeasureAsync(
        StudyRun run, StageReporter reporter, IPolicy policy, IRewardModel gold, IReadOnlyList<ProxySummary> proxies)
    {
        int samples = run.Plan.PoolSize, rollouts = samples * run.Plan.EvaluationPrompts;
        var sampler = run.Sampler(policy);
        // Sampling, gold and each proxy count alike; it is only a bar.
        double parts = 2 + proxies.Count;
        var pool = await sampler.SamplePoolAsync(run.EvaluationPrompts, samples, run.Stream("pool"), Part(0, "sampling"),
            run.Cancellation).ConfigureAwait(false);
        double[] goldScores = await sampler.ScoreAsync(pool, gold, Part(1, "gold scores"), run.Cancellation).ConfigureAwait(false);
        var tensors = new List<NamedTensor> { Tensor("gold", goldScores) };
        var estimates = new Dictionary<string, BestOfNEstimates>();
        foreach (var proxy in proxies)
        {
            var (scorer, network) = ProxyStage.Load(run, proxy);
            using (network)
            {
                double[] scores = await sampler.ScoreAsync(pool, scorer, Part(2 + estimates.Count, proxy.Label),
                    run.Cancellation).ConfigureAwait(false);
                tensors.Add(Tensor(proxy.Key, scores));
                estimates.Add(proxy.Key, BestOfNEstimates.Of(pool.Scored(scores, goldScores), run.Plan.BestOfN));
            }
        }
        SafetensorsFile.Write(run.Folder.PathOf("pool.safetensors"), tensors);
        var document = new BestOfNStageDocument(estimates, reporter.Seconds);
        run.Folder.Write(Name, document, StudyJson.Compact.BestOfNStageDocument);
        return document;

        IProgress<BestOfNProgress> Part(int part, string what) => reporter.Part<BestOfNProgress>(part / parts, (part + 1) / parts,
            at => ((double)at.Done / at.Total, FormattableString.Invariant($"{what}: {at.Done:N0} of {rollouts:N0} rollouts")));

        NamedTensor Tensor(string name, double[] scores) =>
            new(name, [run.Plan.EvaluationPrompts, samples], Array.ConvertAll(scores, static score => (float)score));
    }
}
