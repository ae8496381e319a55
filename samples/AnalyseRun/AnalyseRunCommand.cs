using RewardScaling.Laws;
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
        var table = RunTable.Read(arguments.File);
        foreach (string choice in arguments.Where)
            table = choice.Split('=', 2) is [var column, var value] ? table.Where(column, value)
                : throw new ArgumentException($"--where {choice} must be COLUMN=VALUE.");
        if (CoefficientAnalysis.Fits(table)) return CoefficientAnalysis.Of(table, output);
        if (ScoredSamples.Fits(table, arguments.Run.Columns) && !RunLog.Fits(table, arguments.Run.Columns))
            return SampleAnalysis.Of(ScoredSamples.From(table, arguments.Run.Columns), arguments, output);
        IReadOnlyList<RunLog> logs = arguments.Together ? [RunLog.Together(table, arguments.Run)]
            : RunLog.AllFrom(table, arguments.Run);
        if (arguments.RunName.Length == 0) return RunsAnalysis.Of(logs, arguments, output);
        RunLog[] named = [.. logs.Where(log => log.Label == arguments.RunName)];
        return named.Length > 0 ? RunsAnalysis.Of(named, arguments, output)
            : throw new InvalidDataException($"{table.Name} has no run '{arguments.RunName}'; it has {string.Join("; ", logs.Take(20).Select(static log => log.Label.Length > 0 ? log.Label : "one run without a name"))}.");
    }
}
