using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>PPO against every proxy; gold only looks on.</summary>
internal static class PpoStage
{
    private const int StepsBetweenCheckpoints = 10;

    public static async Task<(IReadOnlyList<RewardCurve> Curves, double Seconds)> RunAsync(
        StudyRun run, ITrainablePolicy policy, IRewardModel gold, IReadOnlyList<ProxySummary> proxies)
    {
        var reporter = run.Begin(StudyStage.Ppo);
        var curves = new List<RewardCurve>();
        double seconds = 0;
        foreach (var proxy in proxies)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            string name = "ppo-" + proxy.Key;
            var done = run.Folder.Read(name, StudyJson.Default.PpoStageDocument)
                ?? await OptimizeAsync(run, reporter, policy, gold, proxy, name, (double)curves.Count / proxies.Count,
                    (curves.Count + 1.0) / proxies.Count).ConfigureAwait(false);
            run.Folder.DropCheckpoints(name);
            curves.Add(new(OptimizationMethod.ReinforcementLearning, proxy.Label,
                [.. done.Points.Select(static point => point.ToPoint())]));
            seconds += done.Seconds;
        }
        reporter.Done(FormattableString.Invariant(
            $"{curves.Count} runs, KL to {curves.Max(static curve => curve.Points.Max(static point => point.Kl.Value)):F1} nats"), seconds);
        return (curves, seconds);
    }

    private static async Task<PpoStageDocument> OptimizeAsync(
        StudyRun run, StageReporter reporter, ITrainablePolicy policy, IRewardModel gold, ProxySummary proxy, string name,
        double from, double to)
    {
        double start = reporter.Seconds;
        var plan = run.Plan;
        var (scorer, network) = ProxyStage.Load(run, proxy);
        using (network)
        {
            using var metrics = new PpoMetricsFile(run.Folder.PathOf(name + ".metrics.jsonl"), reporter.Part<PpoProgress>(from, to, at =>
                (at.Fraction, FormattableString.Invariant($"{proxy.Label}: step {at.Metrics.Step}, KL {at.LastPoint.Kl.Value:F1}, proxy {at.LastPoint.Proxy.Value:F2}, gold {at.LastPoint.Gold.Value:F2}"))));
            using var result = await new PpoOptimizer(plan.Ppo).OptimizeAsync(
                new()
                {
                    InitialPolicy = policy,
                    Proxy = scorer,
                    Tokenizer = run.Corpus.Tokenizer,
                    Prompts = stream => new(run.Corpus.TrainingWindow(plan.PromptLength, stream), plan.PromptLength),
                    ResponseLength = plan.ResponseLength,
                    Label = proxy.Label,
                },
                new()
                {
                    Gold = gold,
                    Prompts = run.EvaluationPrompts,
                    RolloutsPerPrompt = plan.PpoRolloutsPerPrompt,
                    Schedule = Schedule(plan),
                },
                run.Stream(name),
                metrics,
                run.Folder.CheckpointsOf(name, StepsBetweenCheckpoints), run.Cancellation).ConfigureAwait(false);
            result.Policy.Save(run.Folder.PathOf(name + ".safetensors"));
            var document = new PpoStageDocument(
                [.. result.Curve.Points.Select(point => PointDocument.Of(point, result.Curve.Method))],
                result.Stop.ToString(), reporter.Seconds - start);
            run.Folder.Write(name, document, StudyJson.Default.PpoStageDocument);
            return document;
        }
    }

    // A law needs two points besides the start; a policy that hardly moves gives them by steps instead of by distance.
    private static PpoEvaluationSchedule Schedule(StudyPlan plan) => plan.PpoSchedule with
    {
        MaximumStepsBetween = Math.Min(plan.PpoSchedule.MaximumStepsBetween, plan.Ppo.MaximumSteps / 2),
    };
}
