using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using System.Xml.Linq;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Tests.Reports;

/// <summary>What .NET Interactive does to find and call formatters, step by step: it knows no type of ours but by name.</summary>
public sealed class NotebookTests
{
    private static readonly XName s_svg = XName.Get("svg", "http://www.w3.org/2000/svg");

    /// <summary>Formatter.cs of dotnet/interactive: attributes by their type's name, the source by default constructor, its method
    /// and the formatters' members by reflection, the call compiled from an expression.</summary>
    private static Dictionary<string, Func<object, TextWriter, bool>> FormattersOf(Type type)
    {
        var formatters = new Dictionary<string, Func<object, TextWriter, bool>>();
        foreach (object attribute in type.GetCustomAttributes(true).Where(static a => a.GetType().Name == "TypeFormatterSourceAttribute"))
        {
            var source = Assert.IsType<Type>(Property(attribute, "FormatterSourceType"), exactMatch: false);
            object instance = Activator.CreateInstance(source)!;
            var made = Assert.IsType<IEnumerable>(source.GetMethod("CreateTypeFormatters")!.Invoke(instance, null), exactMatch: false);
            foreach (object formatter in made)
            {
                MethodInfo format = formatter.GetType().GetMethod("Format")!;
                ParameterExpression value = Expression.Parameter(typeof(object)), writer = Expression.Parameter(typeof(TextWriter));
                formatters.Add((string)Property(formatter, "MimeType")!, Expression.Lambda<Func<object, TextWriter, bool>>(
                    Expression.Call(Expression.Constant(formatter), format, value, writer), value, writer).Compile());
            }
        }
        return formatters;

        static object? Property(object target, string name) => target.GetType().GetProperty(name)?.GetValue(target);
    }

    private static string Shown(object value, string mimeType)
    {
        using var writer = new StringWriter();
        Assert.True(FormattersOf(value.GetType())[mimeType](value, writer));
        return writer.ToString();
    }

    [Fact]
    public void A_fit_is_a_picture_a_table_and_its_report()
    {
        LawFit fit = Fitted.Gold();
        XElement html = XElement.Parse(Shown(fit, "text/html"));
        Assert.Single(html.Descendants(s_svg));
        Assert.Contains(html.Descendants("td"), static cell => cell.Value == "best-of-n");
        Assert.Equal(fit.ToString().ReplaceLineEndings("\n"), html.Descendants("pre").Single().Value.ReplaceLineEndings("\n"));
        Assert.Equal(fit.ToString(), Shown(fit, "text/plain"));
    }

    [Fact]
    public void A_curve_is_a_picture_and_a_table_of_its_points()
    {
        RewardCurve curve = Fitted.Curve();
        XElement html = XElement.Parse(Shown(curve, "text/html"));
        Assert.Single(html.Descendants(s_svg));
        Assert.Equal(curve.Points.Count, html.Descendants("tbody").Single().Elements("tr").Count());
    }

    [Fact]
    public void A_figure_a_comparison_and_a_report_show_themselves()
    {
        LawFit fit = Fitted.Gold();
        Figure figure = CurveFigure.Of(Fitted.Curve(), fit);
        Assert.Equal(s_svg, XElement.Parse(Shown(figure, "text/html")).Name);
        var comparison = LawComparison.Of([OveroptimizationLaw.BestOfN, OveroptimizationLaw.Linear], Fitted.Curve());
        XElement html = XElement.Parse(Shown(comparison, "text/html"));
        Assert.Equal(2, html.Descendants("tbody").Single().Elements("tr").Count());
        Assert.Contains(comparison.Verdict, html.Descendants("pre").Single().Value, StringComparison.Ordinal);
        var report = new AnalysisReport { Title = "a < b", Findings = ["found"], Figures = [figure], Fits = [fit] };
        html = XElement.Parse(Shown(report, "text/html"));
        Assert.Single(html.Descendants(s_svg));
        Assert.Contains("a < b", html.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_shows_its_findings_figures_and_tables()
    {
        XElement html = XElement.Parse(Shown(SampleResult.Of(), "text/html"));
        Assert.True(html.Descendants(s_svg).Count() >= 2);
        Assert.Equal(2, html.Descendants("table").Count());
        Assert.NotEmpty(html.Descendants("li"));
    }

    // A list of properties tells nobody what was found.
    [Fact]
    public void What_has_words_only_shows_them()
    {
        object[] results = [Fitted.Gold().Intervals(), new Estimate(1.5, 0.1), new KlNats(3), new BestOfNChoice(0, 1, [2], "<b>", 0.5), Advice.Of([Fitted.Gold()])];
        foreach (object result in results)
            Assert.Equal(result.ToString()!.ReplaceLineEndings("\n"), XElement.Parse(Shown(result, "text/html")).Value.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Figures_of_one_notebook_do_not_share_a_name()
    {
        string[] ids = [.. new object[] { Fitted.Gold(), Fitted.Gold(bend: 0.13), Fitted.Curve(), Fitted.Curve("b"), Fitted.Proxy() }
            .Select(value => XElement.Parse(Shown(value, "text/html")).Descendants(s_svg).Single().Attribute("id")!.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(Shown(Fitted.Gold(), "text/html"), Shown(Fitted.Gold(), "text/html"));
    }

    [Fact]
    public void A_formatter_says_when_a_value_is_not_its_own()
    {
        using var writer = new StringWriter();
        Assert.False(FormattersOf(typeof(LawFit))["text/html"]("something else", writer));
        Assert.Equal("", writer.ToString());
    }
}
