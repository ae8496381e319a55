using RewardScaling.Laws;
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
            var table = RunTable.Read(arguments.File);
            foreach (string choice in arguments.Where)
                table = choice.Split('=', 2) is [var column, var value] ? table.Where(column, value)
                    : throw new ArgumentException($"--where {choice} must be COLUMN=VALUE.");
            var report = CoefficientAnalysis.Fits(table) ? CoefficientAnalysis.Of(table, output)
                : ScoredSamples.Fits(table, arguments.Columns)
                    ? SampleAnalysis.Of(ScoredSamples.From(table, arguments.Columns), arguments, output)
                : RunAnalysis.Of(RunLog.From(table, arguments.Columns, arguments.Kl, arguments.NonFinite), arguments, output);
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
            error.WriteLine(fault.Message);
            return 2;
        }
    }
}
