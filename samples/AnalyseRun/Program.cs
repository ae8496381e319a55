using RewardScaling.Laws;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;
using RewardScaling.Samples.AnalyseRun;

// Exit codes: 0 done, 1 a fault of the program, 2 bad input.
var command = AnalyseRunArguments.Command(Run);
var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("--help lists the options.");
    return 2;
}
return parsed.Invoke();

static int Run(AnalyseRunArguments arguments)
{
    try
    {
        var table = RunTable.Read(arguments.File);
        foreach (string choice in arguments.Where)
            table = choice.Split('=', 2) is [var column, var value] ? table.Where(column, value)
                : throw new ArgumentException($"--where {choice} must be COLUMN=VALUE.");
        var report = CoefficientAnalysis.Fits(table) ? CoefficientAnalysis.Of(table, Console.Out)
            : ScoredSamples.Fits(table, arguments.Columns)
                ? SampleAnalysis.Of(ScoredSamples.From(table, arguments.Columns), arguments, Console.Out)
            : RunAnalysis.Of(RunLog.From(table, arguments.Columns, arguments.Kl, arguments.NonFinite), arguments, Console.Out);
        report.Save(arguments.Out);
        string folder = Path.GetDirectoryName(Path.GetFullPath(arguments.Out))!;
        foreach (Figure figure in report.Figures) figure.Save(Path.Combine(folder, figure.Name + ".svg"));
        Console.WriteLine();
        foreach (string finding in report.Findings) Console.WriteLine($"* {finding}");
        if (report.Warnings.Count > 0) Console.WriteLine("Before believing it:");
        foreach (string warning in report.Warnings) Console.WriteLine($"- {warning}");
        Console.WriteLine($"Report: {arguments.Out}, plots beside it: {string.Join(", ", report.Figures.Select(static figure => figure.Name + ".svg"))}");
        return 0;
    }
    catch (Exception fault)
        when (fault is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException or LawFitException)
    {
        Console.Error.WriteLine(fault.Message);
        return 2;
    }
}
