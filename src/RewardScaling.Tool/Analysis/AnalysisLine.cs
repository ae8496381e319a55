using System.Text.Json;
using RewardScaling.Reports;

namespace RewardScaling.Tool.Analysis;

/// <summary>What an analysis found, for programs: the line of <c>analyse --json</c>.</summary>
/// <param name="Title">What was analysed.</param>
/// <param name="Findings">Sentences, the most important first.</param>
/// <param name="Warnings">What to know before believing them.</param>
/// <param name="Fits">The fits as <see cref="FitExport.ToJson"/> writes them; empty where no law was fitted.</param>
/// <param name="Report">The page.</param>
/// <param name="Figures">The plots beside it.</param>
internal sealed record AnalysisLine(string Title, IReadOnlyList<string> Findings, IReadOnlyList<string> Warnings,
    JsonElement Fits, string Report, IReadOnlyList<string> Figures)
{
    public static AnalysisLine Of(AnalysisReport report, string page, IReadOnlyList<string> figures)
    {
        using var fits = JsonDocument.Parse(report.Fits.Count > 0 ? FitExport.ToJson([.. report.Fits]) : "[]");
        return new(report.Title, report.Findings, report.Warnings, fits.RootElement.Clone(), page, figures);
    }
}
