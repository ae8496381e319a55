using RewardScaling.Reports;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>KL after the fact: the KL of each checkpoint from the log-probabilities of its samples; of several, a
/// curve.</summary>
internal static class RescoredAnalysis
{
    public static AnalysisReport Of(RescoredSamples samples, AnalyseArguments arguments, TextWriter output)
    {
        output.WriteLine($"{samples.Table.Name}: {samples.Table.RowCount} samples of {samples.Checkpoints.Count} checkpoints");
        output.WriteLine(samples);
        string[] findings = [.. samples.Checkpoints.Select(static one => $"{(one.Name.Length > 0 ? $"Step {one.Name}: " : "")}{one.K1}{(one.K3 is { } k3 ? $"; by k3 {k3.Value}" : "")}.")];
        var known = samples.Checkpoints.Where(static one => one.Proxy is not null || one.Gold is not null);
        if (!known.Any()) return new() { Title = $"KL after the fact from {Path.GetFileName(samples.Table.Name)}", Findings = findings, Warnings = samples.Notes };
        var logs = RunLog.AllFrom(samples.ToTable(), arguments.Run with { Columns = new(), Kl = KlLogging.PerSequence("k1") });
        output.WriteLine();
        var report = RunsAnalysis.Of(logs, arguments, output);
        return report with
        {
            Findings = [.. report.Findings, .. findings.Take(20)],
            Warnings = [.. samples.Notes, .. report.Warnings],
        };
    }
}
