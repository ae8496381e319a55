using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>Trains the proxies: every size on every number of comparisons, nested, as often as the plan says.</summary>
internal static class ProxyStage
{
    private const int StepsBetweenCheckpoints = 200;

    public static async Task<(IReadOnlyList<ProxySummary> Proxies, double Seconds)> RunAsync(StudyRun run, IPolicy policy,
        ComparisonSet comparisons)
    {
        var reporter = run.Begin(StudyStage.Proxies);
        var plan = run.Plan;
        var wanted = (
            from size in plan.ProxySizes
            from count in plan.Comparisons
            from seed in Enumerable.Range(0, plan.ProxySeeds)
            select (size, count, seed)).ToArray();
        var proxies = new ProxySummary[wanted.Length];
        double seconds = 0, work = wanted.Sum(static proxy => Work(proxy.size, proxy.count)), finished = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var (size, count, seed) = wanted[i];
            string name = "proxy-" + ProxySummary.KeyOf(size, count, seed);
            var done = run.Folder.Read(name, StudyJson.Default.ProxyStageDocument);
            if (done is null)
            {
                double from = finished / work, to = (finished + Work(size, count)) / work;
                done = await TrainAsync(run, reporter, size, count, seed, name, policy, comparisons, from, to)
                    .ConfigureAwait(false);
            }
            run.Folder.DropCheckpoints(name);
            finished += Work(size, count);
            proxies[i] = done.Proxy.ToSummary();
            seconds += done.Seconds;
            reporter.At(finished / work, FormattableString.Invariant($"{proxies[i].Label}: held-out loss {proxies[i].HeldOut.Loss.Value:F3}"));
        }
        reporter.Done(FormattableString.Invariant(
            $"{proxies.Length} proxies, held-out accuracy {proxies.Min(static p => p.HeldOut.Accuracy.Value):P0} to {proxies.Max(static p => p.HeldOut.Accuracy.Value):P0}"), seconds);
        return (proxies, seconds);
    }

    /// <summary>Loads a trained proxy, recentred on the initial policy. The caller disposes of the network.</summary>
    public static (IRewardModel Scorer, ITrainableRewardModel Network) Load(StudyRun run, ProxySummary proxy)
    {
        var network = run.Engine.LoadRewardModel(run.Folder.PathOf($"proxy-{proxy.Key}.safetensors"));
        return (new RewardModelNormalization(proxy.Mean, 1).Apply(network), network);
    }

    private static async Task<ProxyStageDocument> TrainAsync(
        StudyRun run, StageReporter reporter, NetworkSize size, int count, int seed, string name, IPolicy policy,
        ComparisonSet comparisons, double from, double to)
    {
        double start = reporter.Seconds;
        var stream = run.Stream(name);
        using var network = run.Engine.CreateRewardModel(size.Shape(run.Vocabulary, run.Context), stream.Fork("weights"));
        string label = FormattableString.Invariant($"{network.ParameterCount:N0} parameters, {count:N0} comparisons");
        var trained = new RewardModelTrainer(run.Plan.ProxyTraining).Train(
            network, comparisons.WithTraining(count), stream.Fork("order"),
            reporter.Part<RewardModelTrainingProgress>(from, to, at =>
                ((double)at.Step / at.Steps, FormattableString.Invariant($"{label}: loss {at.Loss:F3}"))),
            run.Folder.CheckpointsOf(name, StepsBetweenCheckpoints), run.Cancellation);
        var normalization = await Normalization.MeasureAsync(run, network, policy).ConfigureAwait(false);
        var summary = new ProxySummary
        {
            Size = size,
            Parameters = network.ParameterCount,
            Comparisons = count,
            Seed = seed,
            HeldOut = trained.HeldOut,
            Mean = normalization.Mean,
        };
        network.Save(run.Folder.PathOf(name + ".safetensors"));
        var document = new ProxyStageDocument(ProxyDocument.Of(summary), reporter.Seconds - start);
        run.Folder.Write(name, document, StudyJson.Default.ProxyStageDocument);
        return document;
    }

    // Training time is about the comparisons times the numbers in the blocks.
    private static double Work(NetworkSize size, int count) => (double)count * size.Layers * size.Width * size.Width;
}
