using System.Security.Cryptography;
using System.Text;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports.Drawing;
using static RewardScaling.Reports.Drawing.NumberText;

namespace RewardScaling.Reports;

/// <summary>Curves and fits as pieces of HTML with nothing to fetch: what a notebook shows, or a page of one's own.</summary>
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

    private static string Fragment(Func<string, Figure>? figure, ReportTable table, string report = "")
    {
        using var fragment = new Markup();
        fragment.Open("div").Line();
        // Figures of a notebook share one page, and their styles go by name: the content gives one that no other figure has.
        if (figure is not null) fragment.Raw(figure("rs-" + Key(figure("figure").ToSvg())).ToSvg()).Line();
        table.WriteHtml(fragment);
        if (report.Length > 0) fragment.Element("pre", report).Line();
        return fragment.Close().ToString();
    }

    private static string Key(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
