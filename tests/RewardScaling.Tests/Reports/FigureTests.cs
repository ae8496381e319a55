using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Tests.Reports;

public sealed class FigureTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    private static Figure Simple(Axis x, Axis y, string title = "Title", string label = "entry", int columns = 2) =>
        new("simple", title, "A test.", columns,
        [new("left", x, y, []), new("right", x, y, [new LineMark([(x.Low, y.Low), (x.High, y.High)], Palette.Text)])],
        [new("Heading", [new(label, Palette.Text, Line: true), new("another", Palette.Muted, Ring: true)])]);

    /// <summary>Every two things of the layout that must not touch.</summary>
    internal static string? Collision(Figure figure, int width = 720)
    {
        FigureLayout layout = FigureLayout.Of(figure, width);
        var canvas = new Box(0, 0, width, layout.Height);
        List<(string What, Box Box)> boxes = [.. layout.Texts.Select(t => ("text " + t.Text, t.Box)),
            .. layout.Legend.Select(e => ("sample of " + e.Entry.Label, e.Sample))];
        foreach ((string what, Box box) in boxes)
        {
            if (box.Left < 0 || box.Top < 0 || box.Right > canvas.Width || box.Bottom > canvas.Height) return $"{what} leaves the canvas: {box}";
            if (layout.Panels.FirstOrDefault(p => p.Area.Overlaps(box)) is { } panel) return $"{what} lies in panel {panel.Panel.Title}";
        }
        for (int i = 0; i < boxes.Count; i++)
            for (int j = 0; j < i; j++)
                if (boxes[i].Box.Overlaps(boxes[j].Box)) return $"{boxes[i].What} touches {boxes[j].What}";
        return layout.Panels.Any(p => p.Area.Width < 100) ? "a panel is too narrow" : null;
    }

    [Fact]
    public void Nothing_overlaps_whatever_the_ranges()
    {
        var scales = new[] { AxisScale.Linear, AxisScale.SquareRoot, AxisScale.Logarithmic };
        var ends = Gen.Choose(-6, 7).SelectMany(power => Gen.Choose(1, 9999).Select(m => m / 1000.0 * Math.Pow(10, power)));
        var gen = from a in ends
                  from b in ends
                  from c in ends
                  from d in ends
                  from negative in Gen.Elements(true, false)
                  from scale in Gen.Elements(scales)
                  select (Scale: scale, A: a, B: b, C: negative ? -c : c, D: d);
        Prop.ForAll(gen.ToArbitrary(), t =>
        {
            string? collision = Collision(Simple(Axis.Around("KL (nats)", t.Scale, [t.A, t.B]),
                Axis.Around("Gold score", AxisScale.Linear, [t.C, t.D])));
            return (collision is null).Label(collision ?? "");
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(2, 3, 5)]
    [InlineData(3, 5, 1)]
    [InlineData(4, 8, 1)]
    [InlineData(4, 8, 1e-7)]
    public void Nothing_overlaps_in_the_figures_of_a_study(int sizes, int counts, double scale)
    {
        foreach (Figure figure in OveroptimizationFigures.All(SampleStudy.Curves(sizes, counts, scale)))
            Assert.Null(Collision(figure));
    }

    [Fact]
    public void Long_words_are_wrapped_or_cut_instead_of_overlapping()
    {
        var axis = new Axis(new string('w', 300), AxisScale.Linear, 0, 1);
        Assert.Null(Collision(Simple(axis, new Axis(string.Join(' ', Enumerable.Repeat("word", 12)), AxisScale.Linear, 0, 1),
            string.Join(' ', Enumerable.Repeat("title", 60)), new string('m', 500))));
    }

    [Fact]
    public void The_overlap_test_itself_sees_an_overlap()
    {
        Assert.True(new Box(0, 0, 10, 10).Overlaps(new Box(9, 9, 10, 10)));
        Assert.False(new Box(0, 0, 10, 10).Overlaps(new Box(10, 0, 10, 10)));
    }

    [Fact]
    public void A_figure_is_well_formed_and_the_same_every_time()
    {
        var again = OveroptimizationFigures.All(SampleStudy.Curves());
        foreach ((Figure first, Figure second) in OveroptimizationFigures.All(SampleStudy.Curves()).Zip(again))
        {
            Assert.Equal(first.ToSvg(), second.ToSvg());
            XElement root = XDocument.Parse(first.ToSvg()).Root!;
            Assert.Equal(s_svg + "svg", root.Name);
            Assert.All(root.Descendants(), e => Assert.Equal(s_svg, e.Name.Namespace));
            Assert.Equal("img", root.Attribute("role")!.Value);
            foreach (string id in root.Attribute("aria-labelledby")!.Value.Split(' '))
                Assert.Single(root.Descendants(), e => e.Attribute("id")?.Value == id);
            Assert.DoesNotContain("NaN", first.ToSvg(), StringComparison.Ordinal);
            Assert.Contains("prefers-color-scheme:dark", first.ToSvg(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_is_escaped_and_what_xml_cannot_write_is_replaced()
    {
        var axis = new Axis("<b> & \"x\"", AxisScale.Linear, 0, 1);
        string svg = Simple(axis, new Axis("y", AxisScale.Linear, 0, 1), "a\0b \ud800 \U0001F600 <script>", "]]>").ToSvg();
        XElement root = XDocument.Parse(svg).Root!;
        Assert.Contains(root.Descendants(s_svg + "text"), t => t.Value == "<b> & \"x\"");
        Assert.Contains(root.Descendants(s_svg + "text"), t => t.Value == "]]>");
        Assert.Equal("a\uFFFDb \uFFFD \U0001F600 <script>", root.Element(s_svg + "title")!.Value);
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Gold_is_solid_and_proxy_dashed()
    {
        XElement root = XDocument.Parse(OveroptimizationFigures.AgainstKl(SampleStudy.Curves(1, 3)).ToSvg()).Root!;
        string[] dashes = [.. root.Descendants(s_svg + "path").Select(p => p.Attribute("stroke-dasharray")?.Value).OfType<string>()];
        // Three proxies by two methods, and the legend's sample.
        Assert.Equal(7, dashes.Count(d => d == "6 4"));
    }

    [Fact]
    public void A_peak_is_ringed_only_where_the_fitted_line_turns_inside_the_data()
    {
        // With these laws the proxies of 500 and 2,000 comparisons turn and the one of 8,000 does not: BoN peaks at (α /
        // 2β)², RL at exp(2α / β - 2).
        XElement root = XDocument.Parse(OveroptimizationFigures.AgainstKl(SampleStudy.Curves(1, 3)).ToSvg()).Root!;
        Assert.Equal(2 * 2 + 1, root.Descendants(s_svg + "circle").Count());
    }

    [Fact]
    public void One_point_and_equal_values_still_make_a_figure()
    {
        ReportCurve curve = SampleStudy.Curves(1, 1)[0];
        ReportCurve single = curve with { Curve = new(curve.Curve.Method, "one", [curve.Curve.Points[0]]), Fit = [] };
        foreach (Figure figure in OveroptimizationFigures.All([single])) Assert.Null(Collision(figure));
        ReportCurve equal = curve with
        {
            Curve = new(curve.Curve.Method, "equal",
            [.. curve.Curve.Points.Select(p => p with { Kl = new(3, 0), Gold = new(1, 0), Proxy = new(1, 0) })]),
            Fit = []
        };
        foreach (Figure figure in OveroptimizationFigures.All([equal]))
        {
            Assert.Null(Collision(figure));
            XDocument.Parse(figure.ToSvg());
        }
    }

    [Fact]
    public void No_curve_or_a_curve_without_a_proxy_is_a_fault()
    {
        Assert.Contains("at least one curve",
            Assert.Throws<ArgumentException>(() => OveroptimizationFigures.AgainstKl(Array.Empty<ReportCurve>())).Message, StringComparison.Ordinal);
        var nameless = SampleStudy.Curves(1, 1)[0] with { ProxyParameters = 0, ProxySeed = -1 };
        string message = Assert.Throws<ArgumentException>(() => OveroptimizationFigures.AgainstKl([nameless])).Message;
        Assert.Contains("ProxyParameters = 0 must be positive.", message, StringComparison.Ordinal);
        Assert.Contains("ProxySeed = -1 must be at least 0.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_could_break_out_of_a_style_rule_are_faults() =>
        Assert.Throws<ArgumentException>(() => new Figure("a b{", "t", "d", 1, [], []));

    [Theory]
    [InlineData(400)]
    [InlineData(560)]
    [InlineData(2000)]
    public void Figures_fit_the_width_they_are_asked_for(int width)
    {
        foreach (Figure figure in OveroptimizationFigures.All(SampleStudy.Curves()))
        {
            Assert.Null(Collision(figure, width));
            Assert.Equal($"{width}", XDocument.Parse(figure.ToSvg(new() { Width = width })).Root!.Attribute("width")!.Value);
        }
    }

    [Fact]
    public void Paper_and_colours_are_a_choice()
    {
        Figure figure = OveroptimizationFigures.GoldAgainstProxy(SampleStudy.Curves());
        string light = figure.ToSvg(new() { Theme = FigureTheme.Light }), dark = figure.ToSvg(new() { Theme = FigureTheme.Dark });
        Assert.DoesNotContain("prefers-color-scheme", light + dark, StringComparison.Ordinal);
        Assert.Contains($".paper{{fill:{Palette.Paper.Light}}}", light, StringComparison.Ordinal);
        Assert.Contains($".paper{{fill:{Palette.Paper.Dark}}}", dark, StringComparison.Ordinal);
        string grey = figure.ToSvg(new() { Palette = FigurePalette.Grey, Theme = FigureTheme.Light });
        var inks = System.Text.RegularExpressions.Regex.Matches(grey, @"\.ink\d+\{color:#(..)(..)(..)\}");
        Assert.NotEmpty(inks);
        Assert.All(inks, ink => Assert.True(ink.Groups[1].Value == ink.Groups[2].Value && ink.Groups[2].Value == ink.Groups[3].Value, ink.Value));
        Assert.True(inks.Select(static ink => ink.Value[(ink.Value.IndexOf('#') + 1)..]).Distinct().Count() > 1, "all greys are one");
    }

    [Theory]
    [InlineData("figure.png", "RewardScaling.Images")]
    [InlineData("figure", "''")]
    public void An_ending_that_is_not_svg_says_what_writes_it(string name, string expected) => Assert.Contains(expected,
        Assert.Throws<ArgumentException>(() => OveroptimizationFigures.GoldAgainstProxy(SampleStudy.Curves()).Save(name)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_width_that_holds_no_panel_is_refused() => Assert.Contains("Width = 10 must be in [400, 2000]",
        Assert.Throws<ArgumentException>(() => OveroptimizationFigures.GoldAgainstProxy(SampleStudy.Curves()).ToSvg(new() { Width = 10 })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_saved_figure_is_the_text()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "figure.svg");
        Figure figure = OveroptimizationFigures.GoldAgainstProxy(SampleStudy.Curves());
        figure.Save(path);
        Assert.Equal(figure.ToSvg(), File.ReadAllText(path));
    }
}
