using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Runs;
using RewardScaling.Tests.Laws;

namespace RewardScaling.Tests.Reports;

public sealed class FitExportTests
{
    [Fact]
    public void A_table_has_a_row_for_each_fit_with_coefficients_errors_and_the_peak_with_intervals()
    {
        LawFit gold = Fitted.Gold(), power = OveroptimizationLaw.Linear.Fit(Fitted.Curve());
        string[] lines = FitExport.ToMarkdown(gold, power).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("| Curve | Reward | Law | Points | α | β | Law's peak KL (nats) | Law's peak reward | Back at the start (nats) | Highest measured, KL (nats) | Lack of fit (p) | AICc | Remark |", lines[1]);
        Assert.Equal(5, lines.Length);
        LawIntervals intervals = gold.Intervals();
        Assert.Contains(FormattableString.Invariant($"[{intervals.PeakKl.Low:0.##}, {intervals.PeakKl.High:0.##}]"), lines[3], StringComparison.Ordinal);
        Assert.Contains("| a run | gold | best-of-n | 11 | 0.5", lines[3], StringComparison.Ordinal);
        Assert.Contains("| – | – | – | – |", lines[4].Replace(lines[4].Split('|')[10], " – ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("no peak", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void LaTeX_is_escaped_and_balanced()
    {
        string latex = FitExport.ToLatex(Fitted.Gold("50% of {all} & #1_a \\ ~^ <$>"));
        Assert.Contains("50\\% of \\{all\\} \\& \\#1\\_a \\textbackslash{} \\textasciitilde{}\\textasciicircum{} $<$\\$$>$", latex, StringComparison.Ordinal);
        Assert.Contains("$\\alpha$", latex, StringComparison.Ordinal);
        Assert.Contains("$\\pm$", latex, StringComparison.Ordinal);
        string[] rows = [.. latex.Split('\n').Where(static line => line.EndsWith("\\\\", StringComparison.Ordinal))];
        Assert.Equal(2, rows.Length);
        // Columns, from the letters of the preamble, less one.
        int columns = latex.Split("\\begin{tabular}{")[1].Split('}')[0].Length;
        Assert.All(rows, row => Assert.Equal(columns - 1, row.Replace("\\&", "", StringComparison.Ordinal).Count(static c => c == '&')));
        Assert.All(latex.Where(static c => c > 127), static c => Assert.Fail($"'{c}' is left for LaTeX to choke on"));
        foreach (string environment in new[] { "table", "tabular" })
            Assert.Equal(1, latex.Split($"\\begin{{{environment}}}").Length - 1 + (latex.Split($"\\end{{{environment}}}").Length - 2));
    }

    [Fact]
    public void Every_letter_the_tables_use_is_written_in_ASCII() =>
        Assert.DoesNotContain(LatexTable.Of(new ReportTable("± − √ ∞ α β γ ² –", [new("∞")]).Add("[3.6, ∞]")), static c => c > 127);

    [Fact]
    public void CSV_reads_back_to_the_last_bit()
    {
        LawFit fit = Fitted.Gold("a, \"b\"");
        RunTable table = RunTable.Parse(FitExport.ToCsv(fit, Fitted.Proxy()), "fits.csv").Where("label", "a, \"b\"");
        string[] quantities = [.. Enumerable.Range(0, table.RowCount).Select(row => table.Text(row, "quantity"))];
        Assert.Equal(["alpha", "beta", "peak_kl", "peak_reward", "zero_kl", "measured_peak_kl", "measured_peak_reward", "lack_of_fit_p", "rmse", "r_squared", "aicc", "bic"], quantities);
        Assert.Equal(fit.Alpha.Value, table.Number(0, "value"));
        Assert.Equal(fit.Alpha.StandardError, table.Number(0, "standard_error"));
        Assert.Equal(fit.Intervals().PeakKl.High, table.Number(2, "high_95"));
        Assert.Equal(fit.Aicc, table.Number(10, "value"));
        Assert.Equal(fit.MeasuredPeak.Highest.Kl.Value, table.Number(5, "value"));
        Assert.Equal(Assert.IsType<LackOfFit.Tested>(fit.LackOfFit).PValue, table.Number(7, "value"));
        Assert.Equal("inside the data", table.Text(2, "state"));
    }

    [Fact]
    public void Bounds_the_data_do_not_limit_are_infinite_in_CSV_and_null_in_JSON()
    {
        LawFit fit = Fitted.Proxy();
        Assert.False(fit.Intervals().PeakKl.IsBounded);
        Assert.Contains(",inf,", FitExport.ToCsv(fit), StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(FitExport.ToJson(fit));
        Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty("peak").GetProperty("kl_interval").GetProperty("high").ValueKind);
    }

    [Fact]
    public void JSON_holds_every_number_of_the_fit()
    {
        LawFit fit = Fitted.Gold();
        using JsonDocument json = JsonDocument.Parse(FitExport.ToJson(fit));
        JsonElement root = json.RootElement[0];
        Assert.Equal(fit.Law.Latex, root.GetProperty("latex").GetString());
        JsonElement alpha = root.GetProperty("coefficients")[0];
        Assert.Equal(("alpha", fit.Alpha.Value, fit.Alpha.StandardError, "Estimated"),
            (alpha.GetProperty("name").GetString(), alpha.GetProperty("value").GetDouble(), alpha.GetProperty("standard_error").GetDouble(), alpha.GetProperty("state").GetString()));
        Assert.Equal(fit.Correlation("alpha", "beta"), root.GetProperty("correlations")[0].GetProperty("value").GetDouble());
        Assert.Equal("inside the data", root.GetProperty("peak").GetProperty("case").GetString());
        Assert.Equal(fit.Intervals().PeakReward.Low, root.GetProperty("peak").GetProperty("reward_interval").GetProperty("low").GetDouble());
    }

    [Fact]
    public void Curves_fitted_together_say_so_in_every_format()
    {
        JointFit joint = JointFit.Of(OveroptimizationLaw.BestOfN, [Fitted.Curve("one"), Fitted.Curve("other", bend: 0.11)], ["alpha"]);
        // 22 points; alpha, two betas and the noise.
        double aicc = 22 * Math.Log(joint.ResidualSumOfSquares / 22) + 8 + 2.0 * 4 * 5 / 17;
        Assert.Equal(aicc, joint.Aicc, 1e-9);
        Assert.All(joint.Curves, fit => Assert.Equal((joint.Aicc, joint.Bic), (fit.Aicc, fit.Bic)));
        Assert.Contains(FormattableString.Invariant($"AICc {joint.Aicc:F2}, BIC {joint.Bic:F2} of all curves together"), joint.Curves[0].ToString(), StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"AICc {joint.Aicc:F2}, BIC {joint.Bic:F2}"), joint.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, FitExport.ToMarkdown(joint.Curves).Split("fitted together, AICc of all curves").Length - 1);
        Assert.Contains("fitted together, AICc of all curves", FitExport.ToLatex(joint.Curves), StringComparison.Ordinal);
        RunTable table = RunTable.Parse(FitExport.ToCsv(joint.Curves), "fits.csv").Where("label", "other").Where("quantity", "aicc");
        Assert.Equal((joint.Aicc, "all curves together"), (table.Number(0, "value"), table.Text(0, "state")));
        using JsonDocument json = JsonDocument.Parse(FitExport.ToJson([.. joint.Curves, Fitted.Gold()]));
        Assert.Equal([true, true, false], json.RootElement.EnumerateArray().Select(static fit => fit.GetProperty("fitted_together").GetBoolean()));
        Assert.Equal(joint["alpha"].StandardError, json.RootElement[1].GetProperty("coefficients")[0].GetProperty("standard_error").GetDouble());
        XElement html = XElement.Parse(joint.ToHtmlFragment());
        Assert.Contains(joint.ToString(), html.Descendants("pre").Single().Value, StringComparison.Ordinal);
        Assert.Equal(3, html.Descendants("tr").Count());
    }

    [Fact]
    public void A_fit_without_errors_is_written_without_them()
    {
        LawFit fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([1, 2], [0.38, 0.49]));
        Assert.False(fit.HasErrors);
        using JsonDocument json = JsonDocument.Parse(FitExport.ToJson(fit));
        Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty("coefficients")[0].GetProperty("standard_error").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty("aicc").ValueKind);
        Assert.Contains("alpha," + fit.Alpha.Value.ToString("R", CultureInfo.InvariantCulture) + ",,,,", FitExport.ToCsv(fit), StringComparison.Ordinal);
        Assert.Contains("| – |", FitExport.ToMarkdown(fit), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_nothing_is_refused() =>
        Assert.StartsWith("fits is empty", Assert.Throws<ArgumentException>(static () => FitExport.ToMarkdown()).Message, StringComparison.Ordinal);

    [Fact]
    public void The_report_of_a_fit_has_criteria_and_warnings()
    {
        LawFit fit = Fitted.Gold();
        Assert.Contains(FormattableString.Invariant($"AICc {fit.Aicc:F2}, BIC {fit.Bic:F2}"), fit.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("warning", fit.ToString(), StringComparison.Ordinal);
        var comparison = LawComparison.Of([OveroptimizationLaw.BestOfN, OveroptimizationLaw.Linear], Fitted.Curve());
        Assert.Equal(comparison.Best.Aicc, fit.Aicc);
        // A parabola under a straight line, with errors a hundredth of its height.
        Assert.Contains("warning: the law does not describe the points (χ²(10) = ", OveroptimizationLaw.Linear.Fit(Fitted.Curve()).ToString(), StringComparison.Ordinal);
        Assert.Contains("warning: beta sits on its bound", Fitted.Gold(options: new LawFitOptions().Bound("beta", min: 0.2)).ToString(), StringComparison.Ordinal);
        Assert.Contains("warning: the noise is estimated from 1 degrees of freedom", OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([1, 2, 3], [0.38, 0.49, 0.4])).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_has_findings_figures_fits_and_warnings_and_is_well_formed()
    {
        var report = new AnalysisReport
        {
            Title = "A <run>",
            Findings = ["first & foremost", "second"],
            Warnings = ["beware"],
            Figures = [CurveFigure.Of(Fitted.Curve(), Fitted.Gold())],
            Fits = [Fitted.Gold()],
        };
        string html = report.ToHtml();
        XElement page = XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        Assert.Equal("A <run>", page.Descendants("h1").Single().Value);
        Assert.Single(page.Descendants(XName.Get("svg", "http://www.w3.org/2000/svg")));
        Assert.Equal(["second", "beware"], page.Descendants("li").Select(static item => item.Value));
        Assert.Contains("- first & foremost", report.ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains("must differ", Assert.Throws<ArgumentException>(() => (report with { Figures = [report.Figures[0], report.Figures[0]] }).ToHtml()).Message, StringComparison.Ordinal);
    }
}
