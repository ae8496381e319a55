using System.Security.Cryptography;
using System.Text;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports.Drawing;
using RewardScaling.Reports.Parts;
using RewardScaling.Studies;
using RewardScaling.Studies.Claims;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports;

/// <summary>Figures, curves, fits and results as pieces of HTML with nothing to fetch: what a notebook shows, or a page of one's
/// own.</summary>
public static class HtmlFragments
{
    /// <summary>A picture of the points, gold and proxy, and a table of them.</summary>
    /// <param name="curve">The curve.</param>
    public static string ToHtmlFragment(this RewardCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        var table = new ReportTable($"{curve.Label}: {CurveGroups.Name(curve.Method)}, {Count(curve.Points.Count)} points, ± one standard error.",
            [new(curve.Method == OptimizationMethod.BestOfN ? "n" : "Step"), new("KL (nats)"), new("Proxy"), new("Gold")]);
        foreach (RewardPoint point in curve.Points) table.Add(Short(point.Effort, 6), WithError(point.Kl),
            WithError(point.Proxy), WithError(point.Gold));
        return Fragment(curve.Points.Any(static point => point.Kl.Value > 0) ? name => CurveFigure.Of([new(curve)], name: name)
            : null, table);
    }

    /// <summary>A picture of the law through its points with its band, a table of it, and its report.</summary>
    /// <param name="fit">The fit.</param>
    public static string ToHtmlFragment(this LawFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Fragment(name => CurveFigure.OfFit(fit, name), FitTable.Of([fit]), fit.ToString());
    }

    /// <summary>A table of curves fitted together, and the report of the fit.</summary>
    /// <param name="fit">The fit.</param>
    public static string ToHtmlFragment(this JointFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Fragment(null, FitTable.Of(fit.Curves), fit.ToString());
    }

    /// <summary>The picture.</summary>
    /// <param name="figure">The figure.</param>
    public static string ToHtmlFragment(this Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        using var fragment = new Markup();
        Add(fragment, figure);
        return fragment.ToString();
    }

    /// <summary>A table of the laws, best first, and the verdict.</summary>
    /// <param name="comparison">The comparison.</param>
    public static string ToHtmlFragment(this LawComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return Fragment(null, FitTable.Of([.. comparison.Scores.Select(static score => score.Fit)]), comparison.ToString());
    }

    /// <summary>What a study found: sentences, pictures and tables.</summary>
    /// <param name="result">The study.</param>
    public static string ToHtmlFragment(this StudyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var cells = PeaksPart.Of(new(result.Curves)).Cells;
        return Fragment(result.Plan.ToString(), Findings.Of(MeanFigures.All(cells)),
            [.. MeanFigures.Of(cells), .. MeanFigures.Compared(cells)],
            [PartTables.Measured(cells), PartTables.Laws(cells)]);
    }

    /// <summary>What an analysis found: sentences, pictures and tables.</summary>
    /// <param name="report">The report.</param>
    public static string ToHtmlFragment(this AnalysisReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Fragment(report.Title, [.. report.Findings, .. report.Warnings], report.Figures,
            report.Fits.Count > 0 ? [FitTable.Of(report.Fits)] : []);
    }

    private static string Fragment(
        string title, IReadOnlyList<string> sentences, IReadOnlyList<Figure> figures, IReadOnlyList<ReportTable> tables)
    {
        using var fragment = new Markup();
        fragment.Open("div").Line().Element("p", title).Line().Open("ul").Line();
        foreach (string sentence in sentences) fragment.Element("li", sentence).Line();
        fragment.Close().Line();
        foreach (Figure figure in figures) Add(fragment, figure);
        foreach (ReportTable table in tables) table.WriteHtml(fragment);
        return fragment.Close().ToString();
    }

    // Figures of a notebook share one page, and their styles go by name: the content gives one that no other figure has.
    private static void Add(Markup fragment, Figure figure) =>
        fragment.Raw(figure.Named("rs-" + Key(figure.ToSvg())).ToSvg()).Line();

    private static string Fragment(Func<string, Figure>? figure, ReportTable table, string report = "")
    {
        using var fragment = new Markup();
        fragment.Open("div").Line();
        if (figure is not null) Add(fragment, figure("figure"));
        table.WriteHtml(fragment);
        if (report.Length > 0) fragment.Element("pre", report).Line();
        return fragment.Close().ToString();
    }

    private static string Key(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
