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
        if (run.Folder.Read(Name, StudyJson.Default.BestOfNStageDocument) is { } done)
        {
            reporter.Done(Words(run), done.Seconds);
            return ([.. proxies.Select(proxy => Known(proxy, done.Points[proxy.Key]))], done.Seconds);
        }
        int samples = run.Plan.PoolSize, rollouts = samples * run.Plan.EvaluationPrompts;
        var sampler = run.Sampler(policy);
        // Sampling, gold and each proxy count alike; it is only a bar.
        double parts = 2 + proxies.Count;
        var pool = await sampler.SamplePoolAsync(run.EvaluationPrompts, samples, run.Stream("pool"), Part(0, "sampling"),
            run.Cancellation).ConfigureAwait(false);
        double[] goldScores = await sampler.ScoreAsync(pool, gold, Part(1, "gold scores"), run.Cancellation).ConfigureAwait(false);
        var tensors = new List<NamedTensor> { Tensor("gold", goldScores) };
        var curves = new List<RewardCurve>();
        foreach (var proxy in proxies)
        {
            var (scorer, network) = ProxyStage.Load(run, proxy);
            using (network)
            {
                double[] scores = await sampler.ScoreAsync(pool, scorer, Part(2 + curves.Count, proxy.Label),
                    run.Cancellation).ConfigureAwait(false);
                tensors.Add(Tensor(proxy.Key, scores));
                curves.Add(BestOfNCurve.From(pool.Scored(scores, goldScores), run.Plan.BestOfN, proxy.Label));
            }
        }
        SafetensorsFile.Write(run.Folder.PathOf("pool.safetensors"), tensors);
        var points = proxies.Zip(curves).ToDictionary(static pair => pair.First.Key, static pair =>
            (IReadOnlyList<PointDocument>)
            [.. pair.Second.Points.Select(static point => PointDocument.Of(point, OptimizationMethod.BestOfN))]);
        run.Folder.Write(Name, new(points, reporter.Seconds), StudyJson.Default.BestOfNStageDocument);
        reporter.Done(Words(run), reporter.Seconds);
        return (curves, reporter.Seconds);

        IProgress<BestOfNProgress> Part(int part, string what) => reporter.Part<BestOfNProgress>(part / parts, (part + 1) / parts,
            at => ((double)at.Done / at.Total, FormattableString.Invariant($"{what}: {at.Done:N0} of {rollouts:N0} rollouts")));

        NamedTensor Tensor(string name, double[] scores) =>
            new(name, [run.Plan.EvaluationPrompts, samples], Array.ConvertAll(scores, static score => (float)score));
    }

    private static RewardCurve Known(ProxySummary proxy, IReadOnlyList<PointDocument> points) =>
        new(OptimizationMethod.BestOfN, proxy.Label, [.. points.Select(static point => point.ToPoint())]);

    private static string Words(StudyRun run) => FormattableString.Invariant(
        $"{run.Plan.EvaluationPrompts:N0} prompts x {run.Plan.PoolSize:N0} rollouts, KL to {BestOfNTheory.Kl(run.Plan.BestOfN.Max()).Value:F2} nats");
}
