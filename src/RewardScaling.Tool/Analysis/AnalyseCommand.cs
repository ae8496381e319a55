using System.CommandLine;
using System.Text.Json;
using RewardScaling.Parquet;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary><c>analyse</c>: reads files, fits, writes the report and what it found.</summary>
internal static class AnalyseCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => AnalyseArguments.Command().Running(AnalyseArguments.Read,
        (arguments, _) => Task.FromResult(Analyse(arguments, surroundings.Output)), error: surroundings.Error);

    private static int Analyse(AnalyseArguments arguments, TextWriter console)
    {
        TextWriter output = arguments.Json ? TextWriter.Null : console;
        var report = Report(arguments, output);
        report.Save(arguments.Out);
        string folder = Path.GetDirectoryName(Path.GetFullPath(arguments.Out))!;
        string[] figures = [.. report.Figures.Select(static figure => figure.Name + ".svg")];
        foreach (Figure figure in report.Figures) figure.Save(Path.Combine(folder, figure.Name + ".svg"));
        output.WriteLine();
        foreach (string finding in report.Findings) output.WriteLine($"* {finding}");
        if (report.Warnings.Count > 0) output.WriteLine("Before believing it:");
        foreach (string warning in report.Warnings) output.WriteLine($"- {warning}");
        output.WriteLine($"Report: {arguments.Out}, plots beside it: {string.Join(", ", figures)}");
        if (arguments.Json)
        {
            var line = AnalysisLine.Of(report, arguments.Out, figures);
            console.WriteLine(JsonSerializer.Serialize(line, ToolJson.Lines.AnalysisLine));
        }
        return 0;
    }

    private static AnalysisReport Report(AnalyseArguments arguments, TextWriter output)
    {
        var files = RunFiles.Read(arguments.Paths, path => File.Exists(path) && ParquetTable.Is(path)
            ? ParquetTable.Read(path, arguments.Reading) : RunTable.Read(path, arguments.Reading));
        foreach (string choice in arguments.Where)
            files = choice.Split('=', 2) is [var column, var value] ? files.Where(column, value)
                : throw new ArgumentException($"--where {choice} must be COLUMN=VALUE.");
        var report = files.Runs is [var only] ? One(only.Table, arguments, output) : null;
        report ??= RunsAnalysis.Of(Chosen(arguments.Together ? [files.Together(arguments.Run)]
            : files.Logs(arguments.Run), arguments), arguments, output);
        return report with { Warnings = [.. files.Notes, .. report.Warnings] };
    }

    // What is no log of a run; null for a log.
    private static AnalysisReport? One(RunTable table, AnalyseArguments arguments, TextWriter output)
    {
        RunColumns columns = arguments.Run.Columns;
        if (CoefficientAnalysis.Fits(table)) return CoefficientAnalysis.Of(table, output);
        if (RescoredSamples.Fits(table)) return RescoredAnalysis.Of(RescoredSamples.From(table, columns, arguments.SampledBy),
            arguments, output);
        if (StepRollouts.Fits(table, columns)) return RolloutAnalysis.Of(StepRollouts.From(table, columns), arguments, output);
        return ScoredSamples.Fits(table, columns) && !RunLog.Fits(table, columns)
            ? SampleAnalysis.Of(ScoredSamples.From(table, columns, arguments.Run.NonFinite), arguments, output) : null;
    }

    private static IReadOnlyList<RunLog> Chosen(IReadOnlyList<RunLog> logs, AnalyseArguments arguments)
    {
        if (arguments.RunName.Length == 0) return logs;
        RunLog[] named = [.. logs.Where(log => log.Label == arguments.RunName)];
        return named.Length > 0 ? named
            : throw new InvalidDataException($"There is no run '{arguments.RunName}'; there are {string.Join("; ", logs.Take(20).Select(static log => log.Label.Length > 0 ? log.Label : "one run without a name"))}.");
    }
}
