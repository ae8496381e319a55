using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>A run of RL, or results of best-of-n: what was measured, and laws where the gate lets them.</summary>
internal static class RunAnalysis
{
    public static AnalysisReport Of(RunLog log, AnalyseArguments arguments, TextWriter output)
    {
        output.WriteLine(log.ToString().Split(Environment.NewLine)[0]);
        var gate = RunGate.Of(log);
        if (gate.Refuses) throw new InvalidDataException(gate.Findings[0].Sentence);
        var course = new RunCourse(log, gate);
        List<string> findings = [], warnings = [];
        foreach (GateFinding finding in gate.Findings) (finding.Ruling >= GateRuling.NoProxyLaw ? findings
            : warnings).Add(finding.Sentence);
        warnings.AddRange(course.Log.Warnings);
        if (!log.IsExact) warnings.Add($"The KL axis is '{log.Columns.Kl}' x '{log.Columns.Length}': about the KL per sequence, not exactly.");
        string title = $"The run {course.Curve.Label}", axis = course.IsShare ? $"Gold ({course.Name})" : "Gold score";
        findings.AddRange(PointFindings.Of(course));
        if (!gate.Allows(RewardTarget.Gold))
        {
            Figure[] figures = gate.HasAxis && course.Curve.Points.Any(static point => point.Kl.Value > 0)
                ? [CurveFigure.Of([new(course.All) { Measured = course.Gold }], arguments.Axis, gold: axis)] : [];
            return new() { Title = title, Findings = findings, Warnings = warnings, Figures = figures };
        }
        var laws = new RunLaws(course, gate, free: !(arguments.StartsAtZero ?? log.StartsAtZero));
        foreach (LawFit fit in laws.Fits)
        {
            output.WriteLine();
            output.WriteLine(fit);
        }
        output.WriteLine();
        output.WriteLine(laws.Comparison);
        return new()
        {
            Title = title,
            Findings = [.. findings, .. laws.Findings()],
            Warnings = [.. warnings, .. laws.Warnings()],
            Figures = [CurveFigure.Of([new(course.All, laws.Gold, laws.Proxy) { Measured = course.Gold }], arguments.Axis,
                gold: axis)],
            Fits = laws.Fits,
        };
    }
}
