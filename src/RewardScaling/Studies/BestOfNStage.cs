using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Models;

namespace RewardScaling.Studies;

/// <summary>Best-of-n against every proxy: one pool of rollouts, sampled and gold-scored once, shared by all proxies.</summary>
internal static class BestOfNStage
{
    private const string Name = "best-of-n", PoolFile = "pool.safetensors";

    public static async Task<(IReadOnlyList<RewardCurve> Curves, StageTiming Timing)> RunAsync(
        StudyRun run, IPolicy policy, IRewardModel gold, IReadOnlyList<ProxySummary> proxies)
    {
        var reporter = run.Begin(StudyStage.BestOfN);
        var cell = run.Folder.Cell(Name,
            [PolicyStage.Name, GoldStage.Name, .. proxies.Select(static proxy => ProxyStage.NameOf(proxy.Key))], PoolFile);
        var estimates = cell.Read(StudyJson.Compact.DictionaryStringBestOfNEstimates, Known)
            ?? await MeasureAsync(run, cell, reporter, policy, gold, proxies).ConfigureAwait(false);
        reporter.Done(FormattableString.Invariant(
            $"{run.Plan.EvaluationPrompts:N0} prompts x {run.Plan.PoolSize:N0} rollouts, KL to {BestOfNTheory.Kl(run.Plan.BestOfN.Max()).Value:F2} nats"), cell.Seconds);
        return ([.. proxies.Select(proxy => estimates[proxy.Key].ToCurve(proxy.Label, run.Plan.BestOfN))],
            StudyRun.Timing(Name, cell));

        Dictionary<string, BestOfNEstimates> Known(Dictionary<string, BestOfNEstimates> document)
        {
            string[] keys = [.. proxies.Select(static proxy => proxy.Key)];
            if (document.Count != keys.Length || !keys.All(document.ContainsKey))
                throw new InvalidDataException($"it is of {string.Join(", ", document.Keys)}, and must be of {string.Join(", ", keys)}");
            foreach (var one in document.Values) one.Require(run.Plan.BestOfN, run.Plan.EvaluationPrompts);
            return document;
        }
    }

    private static async Task<Dictionary<string, BestOfNEstimates>> MeasureAsync(
        StudyRun run, StudyCell cell, StageReporter reporter, IPolicy policy, IRewardModel gold,
        IReadOnlyList<ProxySummary> proxies)
    {
        cell.Begin();
        var measurement = new BestOfNMeasurement(run, reporter, policy, gold, proxies);
        int count = measurement.PartCount;
        var estimates = new List<Dictionary<string, BestOfNEstimates>>(count);
        var tensors = new List<IReadOnlyList<NamedTensor>>(count);
        for (int part = 0; part < count; part++)
        {
            string name = FormattableString.Invariant($"part-{part:D3}");
            if (cell.ReadPart(name, StudyJson.Compact.DictionaryStringBestOfNEstimates) is { } kept)
            {
                var file = SafetensorsFile.Read(kept.File);
                estimates.Add(kept.Value);
                tensors.Add([.. file.Names.Select(file.Tensor)]);
                continue;
            }
            var (some, scores) = await measurement.RunAsync(part).ConfigureAwait(false);
            if (count > 1) cell.WritePart(name, some, StudyJson.Compact.DictionaryStringBestOfNEstimates, scores);
            estimates.Add(some);
            tensors.Add(scores);
        }
        SafetensorsFile.Write(cell.PathOf(PoolFile), Concat(run, tensors));
        var all = proxies.ToDictionary(static proxy => proxy.Key,
            proxy => BestOfNEstimates.Concat([.. estimates.Select(part => part[proxy.Key])]));
        cell.Write(all, StudyJson.Compact.DictionaryStringBestOfNEstimates, reporter.Seconds);
        return all;
    }

    private static IEnumerable<NamedTensor> Concat(StudyRun run, IReadOnlyList<IReadOnlyList<NamedTensor>> parts) =>
        parts.SelectMany(static part => part).GroupBy(static tensor => tensor.Name).Select(same =>
        {
            var values = new float[run.Plan.EvaluationPrompts * run.Plan.PoolSize];
            int at = 0;
            foreach (var tensor in same)
            {
                tensor.Values.CopyTo(values.AsSpan(at));
                at += tensor.Values.Length;
            }
            return new NamedTensor(same.Key, [run.Plan.EvaluationPrompts, run.Plan.PoolSize], values);
        });
}
