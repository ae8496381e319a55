using System.Text;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Reports;

/// <summary>What an analysis of somebody's curves found, as one HTML page that needs nothing but itself, or as
/// Markdown.</summary>
[TypeFormatterSource]
public sealed record AnalysisReport
{
    /// <summary>What was analysed; the page's heading.</summary>
    public required string Title { get; init; }

    /// <summary>What was found, a sentence each, the most important first.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>What to know before believing it, a sentence each; the fits' own warnings follow them.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The figures; their names differ.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>The fits, tabulated.</summary>
    public IReadOnlyList<LawFit> Fits { get; init; } = [];

    /// <summary>The page.</summary>
    /// <exception cref="ArgumentException">Two figures have one name.</exception>
    public string ToHtml()
    {
        if (Figures.Select(static figure => figure.Name).Distinct().Count() < Figures.Count)
            throw new ArgumentException($"Figures have names {string.Join(", ", Figures.Select(static figure => figure.Name))}; on one page they must differ.");
        using var page = new HtmlPage(Title);
        if (Findings.Count > 0) page.Paragraph(Findings[0], "lead");
        if (Findings.Count > 1) page.Bullets(Findings.Skip(1));
        foreach (Figure figure in Figures) page.Figure(figure, figure.Description);
        if (Fits.Count > 0) page.Heading("The laws").Table(FitTable.Of(Fits));
        if (AllWarnings.Length > 0) page.Heading("Before believing it").Bullets(AllWarnings);
        return page.Finish();
    }

    /// <summary>The findings, the fits and the warnings as GitHub Flavored Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("# ").Append(Escaped(Title)).Append("\n\n");
        foreach (string finding in Findings) text.Append("- ").Append(Escaped(finding)).Append('\n');
        if (Fits.Count > 0) text.Append("\n## The laws\n\n").Append(FitTable.Of(Fits).ToMarkdown());
        if (AllWarnings.Length > 0) text.Append("\n## Before believing it\n\n");
        foreach (string warning in AllWarnings) text.Append("- ").Append(Escaped(warning)).Append('\n');
        return text.ToString();
    }

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, ToHtml());

    private string[] AllWarnings => [.. Warnings, .. Fits.SelectMany(static fit => fit.Warnings.Select(warning =>
        $"{fit.Law.Name} law of {(fit.Target == RewardTarget.Gold ? "gold" : "the proxy")}: {warning}."))];

    private static string Escaped(string text) => text.Replace("<", "&lt;", StringComparison.Ordinal);

    /// <summary>The title and how much there is.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Title}: {Findings.Count} findings, {Warnings.Count} warnings, {Fits.Count} fits, {Figures.Count} figures");
}
