using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>PPO against every proxy; gold only looks on.</summary>
internal static class PpoStage
{
    private const string Weights = ".safetensors", Metrics = ".metrics.jsonl";
    private const int StepsBetweenCheckpoints = 10;

    public static async Task<(IReadOnlyList<RewardCurve> Curves, StageTiming Timing)> RunAsync(
        StudyRun run, ITrainablePolicy policy, IRewardModel gold, IReadOnlyList<ProxySummary> proxies)
    {
        var reporter = run.Begin(StudyStage.Ppo);
        var curves = new List<RewardCurve>();
        var cells = new List<StudyCell>();
        foreach (var proxy in proxies)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            string name = "ppo-" + proxy.Key;
            var cell = run.Folder.Cell(name, [PolicyStage.Name, GoldStage.Name, ProxyStage.NameOf(proxy.Key)],
                name + Weights, name + Metrics);
            curves.Add(cell.Read(StudyJson.Default.PpoStageDocument,
                    document => document.ToCurve(proxy.Label, run.Plan.Ppo.MaximumSteps))
                ?? await OptimizeAsync(run, cell, reporter, policy, gold, proxy, name, (double)curves.Count / proxies.Count,
                    (curves.Count + 1.0) / proxies.Count).ConfigureAwait(false));
            cells.Add(cell);
        }
        reporter.Done(FormattableString.Invariant(
            $"{curves.Count} runs, KL to {curves.Max(static curve => curve.Points.Max(static point => point.Kl.Value)):F1} nats"),
            cells.Sum(static cell => cell.Seconds));
        return (curves, StudyRun.Timing("ppo", cells));
    }

    private static async Task<RewardCurve> OptimizeAsync(
        StudyRun run, StudyCell cell, StageReporter reporter, ITrainablePolicy policy, IRewardModel gold, ProxySummary proxy,
        string name, double from, double to)
    {
        double start = reporter.Seconds;
        var plan = run.Plan;
        var (scorer, network) = ProxyStage.Load(run, proxy);
        using (network)
        {
            string metricsPath = cell.PathOf(name + Metrics);
            using var metrics = new PpoMetricsFile(metricsPath, reporter.Part<PpoProgress>(from, to, at =>
                (at.Fraction, FormattableString.Invariant($"{proxy.Label}: step {at.Metrics.Step}, KL {at.LastPoint.Kl.Value:F1}, proxy {at.LastPoint.Proxy.Value:F2}, gold {at.LastPoint.Gold.Value:F2}"))));
            using var result = await new PpoOptimizer(plan.Ppo).OptimizeAsync(
                new()
                {
                    InitialPolicy = policy,
                    Proxy = scorer,
                    Tokenizer = run.Tokenizer,
                    Prompts = run.Prompts.Next,
                    ResponseLength = plan.ResponseLength,
                    EndToken = run.Inputs.EndToken,
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
                cell.Checkpoints(StepsBetweenCheckpoints), run.Cancellation).ConfigureAwait(false);
            result.Policy.Save(cell.PathOf(name + Weights));
            // Lines of before a death were followed by others, not by this run; now every one is what the result holds.
            metrics.Dispose();
            PpoMetricsFile.Write(metricsPath, result);
            cell.Write(PpoStageDocument.Of(result), StudyJson.Default.PpoStageDocument, reporter.Seconds - start);
            return result.Curve;
        }
    }

    // A law needs two points besides the start; a policy that hardly moves gives them by steps instead of by distance.
    private static PpoEvaluationSchedule Schedule(StudyPlan plan) => plan.PpoSchedule with
    {
        MaximumStepsBetween = Math.Min(plan.PpoSchedule.MaximumStepsBetween, plan.Ppo.MaximumSteps / 2),
    };
}
