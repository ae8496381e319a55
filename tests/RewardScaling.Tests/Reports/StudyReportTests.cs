using System.Text.RegularExpressions;
using System.Xml.Linq;
using RewardScaling.Curves;
using RewardScaling.Reports;
using RewardScaling.Reports.Parts;
using RewardScaling.Studies;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Tests.Reports;

public sealed class StudyReportTests
{
    private static readonly string s_html = StudyReport.ToHtml(SampleResult.Of());

    private static XElement Page => XDocument.Parse(s_html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)).Root!;

    [Fact]
    public void The_page_is_well_formed_and_the_same_every_time()
    {
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", s_html, StringComparison.Ordinal);
        Assert.Equal("html", Page.Name.LocalName);
        Assert.Equal(s_html, StudyReport.ToHtml(SampleResult.Of()));
    }

    [Fact]
    public void The_page_fetches_nothing()
    {
        string[] fetching = ["src", "href", "srcset", "data", "action", "poster"];
        Assert.DoesNotContain(Page.DescendantsAndSelf().Attributes(), a => fetching.Contains(a.Name.LocalName));
        Assert.DoesNotContain(Page.Descendants(), e => e.Name.LocalName is "script" or "link" or "iframe" or "img");
        Assert.DoesNotMatch(new Regex(@"@import|url\((?!#)|https?://(?!www\.w3\.org/2000/svg)"), s_html);
    }

    [Fact]
    public void Every_id_is_there_once_and_every_clip_has_its_path()
    {
        string[] ids = [.. Page.Descendants().Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Distinct(), ids);
        foreach (Match match in Regex.Matches(s_html, @"url\(#([^)]+)\)")) Assert.Contains(match.Groups[1].Value, ids);
    }

    [Fact]
    public void Figures_and_tables_have_captions_and_headers()
    {
        // Scores against KL; coefficients, loss, peaks; gold against proxy, both methods; steps; extrapolation; what a unit of proxy was worth.
        Assert.Equal(9, Page.Descendants("figure").Count());
        Assert.All(Page.Descendants("figure"), f => Assert.NotEmpty(f.Element("figcaption")!.Value));
        // Claims, measured, laws, methods, extrapolation, proxies, time.
        Assert.Equal(7, Page.Descendants("table").Count());
        foreach (XElement table in Page.Descendants("table"))
        {
            Assert.NotEmpty(table.Element("caption")!.Value);
            Assert.All(table.Element("thead")!.Descendants("th"), h => Assert.Equal("col", h.Attribute("scope")!.Value));
            Assert.All(table.Element("tbody")!.Elements("tr"), r => Assert.Equal("row", r.Element("th")!.Attribute("scope")!.Value));
        }
    }

    [Fact]
    public void Foreign_text_stays_text()
    {
        Assert.Equal(3, Page.Descendants("blockquote").Count());
        Assert.Contains(Page.Descendants("blockquote"), q => q.Value == "abac│adabra</blockquote>");
        Assert.Contains(Page.Descendants("blockquote"), q => q.Value == "x│\uFFFDy");
        Assert.Contains(Page.Descendants("dd"), d => d.Value == "a made-up engine <with> \"marks\" & signs");
    }

    [Fact]
    public void Empty_elements_that_html_does_not_close_are_the_only_self_closed_ones_outside_figures()
    {
        string withoutFigures = Regex.Replace(s_html, "<svg.*?</svg>", "", RegexOptions.Singleline);
        Assert.All(Regex.Matches(withoutFigures, @"<(\w+)[^>]*/>"), m => Assert.Equal("meta", m.Groups[1].Value));
    }

    [Fact]
    public void Style_rules_hold_nothing_that_html_and_xml_read_differently() =>
        Assert.All(Page.Descendants().Where(e => e.Name.LocalName == "style"), s => Assert.DoesNotMatch("[<>&]", s.Value));

    [Fact]
    public void Every_curve_has_its_rows_and_the_fits_say_why_there_is_no_peak()
    {
        StudyResult result = SampleResult.Of();
        var cells = result.Findings.Peaks.Cells;
        var laws = PartTables.Laws(cells);
        Assert.Equal(12, laws.Rows.Count);
        Assert.Equal(12, PartTables.Measured(cells).Rows.Count);
        Assert.Equal(6, StudyTables.Proxies(result).Rows.Count);
        foreach (IReadOnlyList<string> row in laws.Rows) Assert.Equal(row[6] == "–", row[^1].StartsWith("none", StringComparison.Ordinal) || row[^1].StartsWith("undecided", StringComparison.Ordinal));
        Assert.Contains(laws.Rows, r => r[^1].StartsWith("none inside the data; ", StringComparison.Ordinal));
        // Each row says which peak to believe.
        Assert.All(laws.Rows.Zip(cells), static pair => Assert.EndsWith(pair.Second.Fit.PeakComparison.Words, pair.First[^1], StringComparison.Ordinal));
        // (0.69315 - 0.6) / 0.01
        Assert.Equal(["1,217", "500", "0.600 ± 0.010", "9.3", "69.0 ± 1.6"], StudyTables.Proxies(result).Rows[0]);
    }

    [Fact]
    public void Seeds_are_averaged_and_a_row_says_how_many()
    {
        IReadOnlyList<ReportCurve> curves = SampleStudy.Curves(1, 2);
        StudyResult result = SampleResult.Of([.. curves, .. curves.Select(c => c with { ProxySeed = 1 })]);
        var table = PartTables.Measured(result.Findings.Peaks.Cells);
        Assert.Equal(4, table.Rows.Count);
        Assert.All(table.Rows, static row => Assert.Equal("2", row[3]));
        Assert.Equal("2", StudyTables.Proxies(result).Rows[0][2]);
        // The same comparisons tell of both proxies: 0.01, not 0.01 / √2.
        Assert.Equal("0.600 ± 0.010", StudyTables.Proxies(result).Rows[0][3]);
    }

    [Fact]
    public void The_report_leads_with_verdicts_and_has_a_line_for_what_is_not_asked()
    {
        StudyResult result = SampleResult.Of();
        string markdown = StudyReport.ToMarkdown(result), html = StudyReport.ToHtml(result);
        var findings = result.Findings;
        foreach (StudyPart part in findings.Parts)
        {
            Assert.Equal(part.IsAsked, markdown.Contains($"## {part.Number}. {part.Title}\n", StringComparison.Ordinal));
            Assert.Equal(part.IsAsked, html.Contains($"<h2>{part.Number}. {part.Title}</h2>", StringComparison.Ordinal));
        }
        Assert.Contains("- 10. Iterated RLHF: one round.\n", markdown, StringComparison.Ordinal);
        // The table leads with what was tested; what could not be has its reason in its part.
        var table = PartTables.Claims(findings);
        Assert.Equal(findings.Claims.Count(static claim => claim.HasPValue), table.Rows.Count);
        Claim[] untested = [.. findings.Claims.Where(static claim => claim is { HasPValue: false, Verdict: ClaimVerdict.Undecided })];
        Assert.NotEmpty(untested);
        Assert.Contains($" {untested.Length} more could not be tested", table.Caption, StringComparison.Ordinal);
        Assert.All(untested, claim => Assert.Contains($"Undecided: {claim.Statement}", markdown, StringComparison.Ordinal));
    }

    // Ensembles on clean labels and on flipped ones: a figure each, or a colour would stand for two lines.
    [Fact]
    public void Ensembles_of_another_share_of_flipped_labels_have_a_figure_of_their_own()
    {
        StudyResult plain = SampleResult.Of();
        StudyCurve[] members = [.. plain.Curves.Where(static curve => curve.At.Method == OptimizationMethod.BestOfN).Take(1)];
        StudyCurve At(StudyCurve curve, double noise, EnsembleChoice? ensemble) =>
            StudyCurve.Of(curve.Proxy, curve.Curve, curve.At with { LabelNoise = noise, Ensemble = ensemble, ProxySeed = 0 });
        EnsembleChoice worst = new(EnsembleKind.WorstCase, 2);
        StudyResult result = plain with
        {
            Curves = [.. plain.Curves, .. members.SelectMany(curve => new[] { At(curve, 0, worst), At(curve, 0.25, null), At(curve, 0.25, worst) })],
        };
        string[] names = [.. PartSection.Of(result.Findings).SelectMany(static section => section.Figures).Select(static figure => figure.Name)
            .Where(static name => name.StartsWith("ensembles", StringComparison.Ordinal))];
        Assert.Equal(["ensembles", "ensembles-25-flipped"], names);
    }

    [Fact]
    public void Markdown_has_the_tables_with_bars_escaped()
    {
        string markdown = StudyReport.ToMarkdown(SampleResult.Of());
        Assert.Contains("| Method | Parameters | Comparisons | α | β | Rejected (1 %) | Law's peak (nats) | Law's peak gold | Highest measured (nats) | Remark |\n| --- | ---: |", markdown, StringComparison.Ordinal);
        Assert.Equal("c\n\n| a |\n| --- |\n| x\\|y \\\\ &lt;b> z |\n", new ReportTable("c", new ReportColumn("a", false)).Add("x|y \\ <b>\nz").ToMarkdown());
    }

    // KL is 0.01 times the square of the steps, the first ten of which count by their share of the learning rate: 1/10, 2/10, ...
    [Fact]
    public void How_fast_ppo_left_is_told_in_steps_at_the_full_learning_rate()
    {
        IReadOnlyList<ReportCurve> made = SampleStudy.Curves(1, 2);
        ReportCurve[] curves = [.. made.Select(curve => curve.Curve.Method == OptimizationMethod.BestOfN ? curve : curve with
        {
            Curve = new(curve.Curve.Method, curve.Curve.Label, [.. curve.Curve.Points.Select((point, i) => point with
            {
                Effort = 2 * i,
                Kl = new(0.01 * Math.Pow(i <= 5 ? i * (2 * i + 1) / 10.0 : 2 * i - 4.5, 2), 0.001),
            })]),
        })];
        StudyResult result = SampleResult.Of(curves);
        Assert.True(result.TryKlGrowth(out var growth));
        Assert.Equal(2, growth.Exponent.Value, 1e-9);
        // The report counts steps the same way.
        Assert.Contains("KL ~ steps^2.00", StudyReport.ToMarkdown(result), StringComparison.Ordinal);
        Assert.False(SampleResult.Of([.. curves.Take(2)]).TryKlGrowth(out _));
    }

    [Fact]
    public void A_row_of_another_length_is_a_fault() =>
        Assert.Throws<ArgumentException>(() => new ReportTable("c", new ReportColumn("a")).Add("1", "2"));

    [Fact]
    public void All_files_are_written()
    {
        string folder = Path.Combine(Directory.CreateTempSubdirectory().FullName, "new");
        IReadOnlyList<string> files = SampleResult.Of().SaveReportFiles(folder);
        Assert.Equal(["report.html", "report.md", "curves.csv", "scores-against-kl.svg", "coefficients-by-size.svg", "loss-by-comparisons.svg", "peaks-by-comparisons.svg",
            "gold-against-proxy.svg", "methods-compared.svg", "kl-by-step.svg", "extrapolation.svg", "regressional.svg"], files.Select(Path.GetFileName));
        Assert.Equal(files.Order(), Directory.GetFiles(folder).Order());
        Assert.Equal(s_html, File.ReadAllText(files[0]));
    }

    [Fact]
    public void A_fitted_line_is_the_law_at_equal_steps_of_the_distance()
    {
        StudyResult result = SampleResult.Of();
        ReportCurve curve = ReportCurve.Of(result.Curves)[0];
        Assert.Equal(81, curve.Fit.Count);
        FitPoint middle = curve.Fit[40];
        Assert.Equal(curve.Curve.Points[^1].Distance.Value / 2, middle.Kl.Sqrt().Value, 12);
        Assert.Equal(result.Curves[0].Fit.Evaluate(middle.Kl.Sqrt()), middle.Gold.Value, 12);
        Assert.Equal(result.Curves[0].Fit.StandardErrorAt(middle.Kl.Sqrt()), middle.Gold.StandardError, 12);
    }
}
