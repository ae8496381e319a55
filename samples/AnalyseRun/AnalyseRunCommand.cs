using RewardScaling.Laws;
using RewardScaling.Parquet;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Samples.AnalyseRun;

/// <summary>The program: reads a file, fits, writes the report and what it found.</summary>
internal static class AnalyseRunCommand
{
    /// <summary>Runs it.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where findings go.</param>
    /// <param name="error">Where faults go.</param>
    /// <returns>0 done, 2 bad input; a fault of the program is thrown.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = AnalyseRunArguments.Command(arguments => Analyse(arguments, output, error)).Parse(args);
        if (parsed.Errors.Count == 0)
            return parsed.Invoke(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        foreach (var fault in parsed.Errors) error.WriteLine(fault.Message);
        error.WriteLine("--help lists the options.");
        return 2;
    }

    private static int Analyse(AnalyseRunArguments arguments, TextWriter output, TextWriter error)
    {
        try
        {
            var report = Report(arguments, output);
            report.Save(arguments.Out);
            string folder = Path.GetDirectoryName(Path.GetFullPath(arguments.Out))!;
            foreach (Figure figure in report.Figures) figure.Save(Path.Combine(folder, figure.Name + ".svg"));
            output.WriteLine();
            foreach (string finding in report.Findings) output.WriteLine($"* {finding}");
            if (report.Warnings.Count > 0) output.WriteLine("Before believing it:");
            foreach (string warning in report.Warnings) output.WriteLine($"- {warning}");
            output.WriteLine($"Report: {arguments.Out}, plots beside it: {string.Join(", ", report.Figures.Select(static figure => figure.Name + ".svg"))}");
            return 0;
        }
        catch (Exception fault)
            when (fault is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException
                or LawFitException)
        {
            error.WriteLine(MessageOf(fault));
            return 2;
        }
    }

    /// <summary>A fault as a person reads it: names of parameters mean nothing on a command line.</summary>
    public static string MessageOf(Exception fault) =>
        fault is ArgumentException { ParamName: { } name } ? fault.Message.Replace($" (Parameter '{name}')", "",
            StringComparison.Ordinal) : fault.Message;

    private static AnalysisReport Report(AnalyseRunArguments arguments, TextWriter output)
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
    private static AnalysisReport? One(RunTable table, AnalyseRunArguments arguments, TextWriter output)
    {
        RunColumns columns = arguments.Run.Columns;
        if (CoefficientAnalysis.Fits(table)) return CoefficientAnalysis.Of(table, output);
        if (RescoredSamples.Fits(table)) return RescoredAnalysis.Of(RescoredSamples.From(table, columns, arguments.SampledBy),
            arguments, output);
        if (StepRollouts.Fits(table, columns)) return RolloutAnalysis.Of(StepRollouts.From(table, columns), arguments, output);
        return ScoredSamples.Fits(table, columns) && !RunLog.Fits(table, columns)
            ? SampleAnalysis.Of(ScoredSamples.From(table, columns, arguments.Run.NonFinite), arguments, output) : null;
    }

    private static IReadOnlyList<RunLog> Chosen(IReadOnlyList<RunLog> logs, AnalyseRunArguments arguments)
    {
        if (arguments.RunName.Length == 0) return logs;
        RunLog[] named = [.. logs.Where(log => log.Label == arguments.RunName)];
        return named.Length > 0 ? named
            : throw new InvalidDataException($"There is no run '{arguments.RunName}'; there are {string.Join("; ", logs.Take(20).Select(static log => log.Label.Length > 0 ? log.Label : "one run without a name"))}.");
    }
}
