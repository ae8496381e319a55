using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>A run without a KL or without gold: what it tells all the same, and what to log to know the rest.</summary>
internal static class CourseAnalysis
{
    private const string NoDistance = "The axis is the step, which is no distance: how far a policy moves in a step depends on learning rate, batch, penalty and time, so steps of two runs cannot be compared and no law is a function of them.";

    public static AnalysisReport Of(RunLog log, IReadOnlyList<string> why, TextWriter output)
    {
        output.WriteLine(log.ToString().Split(Environment.NewLine)[0]);
        log = log.Averaged(RunCourse.MostPoints);
        List<LawFit> fits = [];
        List<Figure> figures = [CourseFigure.Of([log])];
        if (log.HasProxyCurve && ProxyOf(log) is { } proxy)
        {
            fits.Add(proxy);
            figures.Insert(0, CurveFigure.Of([new(log.ToPartialCurve(conversion: KlConversion.ByMeanLength), Proxy: proxy)]));
        }
        return new()
        {
            Title = $"The run {(log.Label.Length > 0 ? log.Label : Path.GetFileName(log.Table.Name))}",
            Findings = [$"No law of gold: {why[0]}", .. CourseFindings.Of(log),
                .. fits.Select(static fit => $"The proxy against the KL, without gold: {fit.Peak}. That is the proxy's own opinion.")],
            Warnings = [.. why.Skip(1), NoDistance, .. log.Warnings],
            Figures = figures,
            Fits = fits,
        };
    }

    private static LawFit? ProxyOf(RunLog log)
    {
        try
        {
            var curve = log.ToPartialCurve(RewardTarget.Proxy, conversion: KlConversion.ByMeanLength);
            if (curve.Points.Count(static point => point.Kl.Value > 0) < 5) return null;
            OveroptimizationLaw law = curve.Method == OptimizationMethod.BestOfN ? OveroptimizationLaw.BestOfN
                : OveroptimizationLaw.ReinforcementLearning;
            return law.Fit(curve, new LawFitOptions { Target = RewardTarget.Proxy }.Free(LawFitOptions.Offset));
        }
        catch (Exception fault) when (fault is ArgumentException or LawFitException)
        {
            return null;
        }
    }
}
