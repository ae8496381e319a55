using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>The runs of a file, each by itself and all on one page: no law goes through the points of several runs unless
/// asked.</summary>
internal static class RunsAnalysis
{
    public static AnalysisReport Of(IReadOnlyList<RunLog> logs, AnalyseArguments arguments, TextWriter output)
    {
        if (logs.Count == 1) return One(logs[0], arguments, output, alone: true);
        AnalysisReport[] reports = [.. logs.Select(log => One(log, arguments, output, alone: false))];
        string[] shared = [.. reports[0].Warnings.Where(warning => reports.All(report => report.Warnings.Contains(warning)))];
        List<Figure> figures = [];
        PlottedCurve[] curves = [.. logs.Where(static log => log.HasCurve)
            .Select(log => new PlottedCurve(log.Averaged(RunCourse.MostPoints).ToCurve(conversion: KlConversion.ByMeanLength)))];
        curves = [.. curves.Select(curve => curve with { Gold = reports.SelectMany(static report => report.Fits)
            .FirstOrDefault(fit => fit.Target == RewardTarget.Gold && fit.Label == curve.Curve.Label) })];
        curves = [.. curves.Where(static curve => curve.Curve.Points.Any(static point => point.Kl.Value > 0))];
        if (curves.Length > 0) figures.Add(CurveFigure.Of(curves, arguments.Axis, "Each run by itself"));
        figures.Add(CourseFigure.Of([.. logs.Select(static log => log.Averaged(RunCourse.MostPoints))], "Each run by step"));
        return new()
        {
            Title = $"{logs.Count} runs of {Path.GetFileName(logs[0].Table.Name)}",
            Findings = [$"{logs.Count} runs, each by itself ({string.Join("; ", logs.Take(12).Select(static log => log.Label))}{(logs.Count > 12 ? "; .." : "")}); --run NAME keeps one, --together fits one law through all.",
                .. reports.SelectMany((report, i) => report.Findings.Select(finding => $"[{logs[i].Label}] {finding}"))],
            Warnings = [.. shared, .. reports.SelectMany((report, i) => report.Warnings.Except(shared).Select(warning => $"[{logs[i].Label}] {warning}"))],
            Figures = figures,
            Fits = [.. reports.SelectMany(static report => report.Fits)],
        };
    }

    private static AnalysisReport One(RunLog log, AnalyseArguments arguments, TextWriter output, bool alone)
    {
        if (alone && log.Course.Count == 1)
            throw new InvalidDataException($"{log.Table.Name} has one step only: the end of a run, not its way. Give the log of all steps (of Weights & Biases the history, not the summary).");
        if (!log.HasCurve) return CourseAnalysis.Of(log, log.Missing, output);
        // What was printed of a law that then failed would stand above the course without a word.
        using var printed = new StringWriter();
        try
        {
            var report = RunAnalysis.Of(log, arguments, printed);
            output.Write(printed);
            return log.LowerIsBetter ? report with { Findings = [.. report.Findings, Lowest(log)] } : report;
        }
        catch (Exception fault) when (!alone && fault is ArgumentException or InvalidDataException or LawFitException)
        {
            return CourseAnalysis.Of(log, [CommandRun.Words(fault)], output);
        }
    }

    // Fits and figures have the sign turned; a person knows the number as it was logged.
    private static string Lowest(RunLog log)
    {
        var points = log.ToPartialCurve(RewardTarget.Gold, conversion: KlConversion.ByMeanLength).Points;
        var best = points.MaxBy(static point => point.Gold.Value)!;
        return FormattableString.Invariant($"'{log.Columns.Gold}' is lowest, {-best.Gold.Value:G4}, at {best.Kl.Value:G3} nats, and {-points.MaxBy(static point => point.Kl.Value)!.Gold.Value:G4} at the largest KL; fits and figures have its sign turned.");
    }
}
