using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>Trains the proxies: every size and trunk on every number of comparisons, nested, as often as the plan says.</summary>
internal static class ProxyStage
{
    private const string Weights = ".safetensors";
    private const int StepsBetweenCheckpoints = 200;

    public static async Task<(IReadOnlyList<ProxySummary> Proxies, StageTiming Timing)> RunAsync(
        StudyRun run, ITrainablePolicy policy, ComparisonSet comparisons)
    {
        var reporter = run.Begin(StudyStage.Proxies);
        var plan = run.Plan;
        var wanted = (
            from body in ProxyBody.Of(plan, policy.Shape)
            from count in plan.Comparisons
            from seed in Enumerable.Range(0, plan.ProxySeeds)
            select (body, count, seed)).ToArray();
        var proxies = new ProxySummary[wanted.Length];
        var cells = new StudyCell[wanted.Length];
        double work = wanted.Sum(static proxy => Work(proxy.body, proxy.count)), finished = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var (body, count, seed) = wanted[i];
            string name = NameOf(body.Key(count, seed));
            var cell = cells[i] = run.Folder.Cell(name, [PolicyStage.Name, ComparisonStage.Name], name + Weights);
            double from = finished / work, to = (finished + Work(body, count)) / work;
            proxies[i] = cell.Read(StudyJson.Default.ProxyDocument, document => document.ToSummary(body, count, seed))
                ?? await TrainAsync(run, cell, reporter, body, count, seed, name, policy, comparisons, from, to)
                    .ConfigureAwait(false);
            finished += Work(body, count);
            reporter.At(finished / work, FormattableString.Invariant($"{proxies[i].Label}: held-out loss {proxies[i].HeldOut.Loss.Value:F3}"));
        }
        reporter.Done(FormattableString.Invariant(
            $"{proxies.Length} proxies, held-out accuracy {proxies.Min(static p => p.HeldOut.Accuracy.Value):P0} to {proxies.Max(static p => p.HeldOut.Accuracy.Value):P0}"),
            cells.Sum(static cell => cell.Seconds));
        return (proxies, StudyRun.Timing("proxies", cells));
    }

    /// <summary>The name of a proxy's piece of the study.</summary>
    public static string NameOf(string key) => "proxy-" + key;

    /// <summary>Loads a trained proxy, recentred on the initial policy. The caller disposes of the network.</summary>
    public static (IRewardModel Scorer, ITrainableRewardModel Network) Load(StudyRun run, ProxySummary proxy)
    {
        var network = run.Engine.LoadRewardModel(run.Folder.PathOf(NameOf(proxy.Key) + Weights));
        return (new RewardModelNormalization(proxy.Mean, 1).Apply(network), network);
    }

    private static async Task<ProxySummary> TrainAsync(
        StudyRun run, StudyCell cell, StageReporter reporter, ProxyBody body, int count, int seed, string name,
        ITrainablePolicy policy, ComparisonSet comparisons, double from, double to)
    {
        double start = reporter.Seconds;
        var stream = run.Stream(name);
        using var network = body.Create(run, policy, stream.Fork("weights"));
        string label = FormattableString.Invariant($"{network.ParameterCount:N0} parameters, {count:N0} comparisons");
        var trained = new RewardModelTrainer(run.Plan.ProxyTraining).Train(
            network, comparisons.WithTraining(count), stream.Fork("order"),
            reporter.Part<RewardModelTrainingProgress>(from, to, at =>
                ((double)at.Step / at.Steps, FormattableString.Invariant($"{label}: loss {at.Loss:F3}"))),
            cell.Checkpoints(StepsBetweenCheckpoints), run.Cancellation);
        var normalization = await Normalization.MeasureAsync(run, network, policy).ConfigureAwait(false);
        var summary = new ProxySummary
        {
            Size = body.Size,
            FrozenBlocks = body.FrozenBlocks,
            Parameters = network.ParameterCount,
            Comparisons = count,
            Seed = seed,
            HeldOut = trained.HeldOut,
            Mean = normalization.Mean,
        };
        network.Save(cell.PathOf(name + Weights));
        cell.Write(ProxyDocument.Of(summary), StudyJson.Default.ProxyDocument, reporter.Seconds - start);
        return summary;
    }

    // Training time is about the comparisons times the numbers in the blocks.
    private static double Work(ProxyBody body, int count) => (double)count * body.Size.Layers * body.Size.Width * body.Size.Width;
}
