using System.Text;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports.Drawing;

/// <summary>Draws a figure that has been laid out.</summary>
/// <remarks>
/// Colours come from style rules by class, with a second set for readers who prefer dark, so the same text works as a file of its
/// own and inside a page. The rules are scoped by the figure's name because a page's figures share one name space.
/// </remarks>
internal static class SvgRenderer
{
    private const string Faces = "Helvetica Neue,Helvetica,Arial,Liberation Sans,sans-serif";

    /// <summary>The figure as SVG.</summary>
    public static string Render(Figure figure, FigureLayout layout, FigureOptions options)
    {
        Ink[] inks = [.. figure.Panels.SelectMany(p => p.Marks).Select(m => m.Ink)
            .Concat(figure.Legend.SelectMany(g => g.Entries).Select(e => e.Ink)).Distinct()];
        string width = Coordinate(layout.Width), height = Coordinate(layout.Height), id = figure.Name;
        using var svg = new Markup();
        svg.OpenRoot("svg", "http://www.w3.org/2000/svg", ("id", id), ("viewBox", $"0 0 {width} {height}"), ("width", width), ("height", height),
            ("role", "img"), ("aria-labelledby", $"{id}-title {id}-desc"), ("font-family", Faces)).Line();
        svg.Element("title", figure.Title, ("id", id + "-title")).Line();
        svg.Element("desc", figure.Description, ("id", id + "-desc")).Line();
        svg.Element("style", Style(id, inks, options)).Line();
        svg.Empty("rect", ("class", "paper"), ("width", width), ("height", height)).Line();
        for (int i = 0; i < layout.Panels.Count; i++) DrawPanel(svg, layout.Panels[i], $"{id}-clip{i}", inks);
        foreach (PlacedEntry entry in layout.Legend) DrawSample(svg, entry, inks);
        foreach (PlacedText text in layout.Texts) DrawText(svg, text);
        return svg.Close().ToString();
    }

    private static string Style(string id, Ink[] inks, FigureOptions options)
    {
        var style = new StringBuilder();
        Rules(options.Theme == FigureTheme.Dark ? static ink => ink.Dark : static ink => ink.Light);
        if (options.Theme != FigureTheme.Reader) return style.ToString();
        style.Append("@media (prefers-color-scheme:dark){");
        Rules(static ink => ink.Dark);
        return style.Append('}').ToString();

        void Rules(Func<Ink, string> shade)
        {
            foreach ((string name, string property, Ink ink) in new[]
            {
                ("paper", "fill", Palette.Paper), ("halo", "stroke", Palette.Paper), ("text", "fill", Palette.Text), ("muted", "fill", Palette.Muted),
                ("grid", "stroke", Palette.Grid), ("axis", "stroke", Palette.Axis),
            })
                style.Append(Invariant($"#{id} .{name}{{{property}:{shade(ink)}}}"));
            for (int i = 0; i < inks.Length; i++) style.Append(Invariant($"#{id} .ink{i}{{color:{Data(shade(inks[i]))}}}"));
        }

        string Data(string colour) => options.Palette == FigurePalette.Grey ? OkLab.FromHex(colour).ToGrey().ToHex() : colour;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static void DrawPanel(Markup svg, PlacedPanel panel, string clip, Ink[] inks)
    {
        Box area = panel.Area;
        svg.Open("g");
        svg.Open("clipPath", ("id", clip)).Empty("rect", ("x", Coordinate(area.Left - 8)), ("y", Coordinate(area.Top - 8)),
            ("width", Coordinate(area.Width + 16)), ("height", Coordinate(area.Height + 16))).Close();
        var grid = new StringBuilder();
        foreach (Tick tick in panel.XTicks) grid.Append(Invariant($"M{Coordinate(panel.X(tick.Value))} {Coordinate(area.Top)}V{Coordinate(area.Bottom)}"));
        foreach (Tick tick in panel.YTicks) grid.Append(Invariant($"M{Coordinate(area.Left)} {Coordinate(panel.Y(tick.Value))}H{Coordinate(area.Right)}"));
        if (grid.Length > 0) svg.Empty("path", ("class", "grid"), ("d", grid.ToString()));
        svg.Empty("path", ("class", "axis"), ("d", $"M{Coordinate(area.Left)} {Coordinate(area.Bottom)}H{Coordinate(area.Right)}"));
        svg.Open("g", ("clip-path", $"url(#{clip})")).Line();
        foreach (Mark mark in panel.Panel.Marks.OrderBy(Depth))
        {
            DrawMark(svg, panel, mark,
                "ink" + Array.IndexOf(inks, mark.Ink).ToString(System.Globalization.CultureInfo.InvariantCulture));
            svg.Line();
        }
        svg.Close().Close().Line();
    }

    private static int Depth(Mark mark) => mark switch { LevelMark => 0, BandMark => 1, LineMark => 2, PointMark => 3, _ => 4 };

    private static void DrawMark(Markup svg, PlacedPanel panel, Mark mark, string ink)
    {
        switch (mark)
        {
            case LevelMark level:
                Stroke(svg, ink, $"M{Coordinate(panel.Area.Left)} {Coordinate(panel.Y(level.Y))}H{Coordinate(panel.Area.Right)}", 1, false);
                break;
            case BandMark { Edges.Count: > 1 } band:
                IEnumerable<(double X, double Y)> outline =
                    band.Edges.Select(e => (e.X, e.High)).Concat(band.Edges.Reverse().Select(e => (e.X, e.Low)));
                svg.Empty("path", ("class", ink), ("fill", "currentColor"), ("fill-opacity", "0.16"), ("d", Path(panel, outline) + "Z"));
                break;
            case LineMark { Points.Count: > 1 } line:
                Stroke(svg, ink, Path(panel, line.Points), line.Width, line.Dashed);
                break;
            case PointMark points:
                DrawPoints(svg, panel, points, ink);
                break;
            case RingMark ring:
                DrawRing(svg, ink, panel.X(ring.X), panel.Y(ring.Y));
                break;
            case CrossMark cross:
                DrawCross(svg, ink, panel.X(cross.X), panel.Y(cross.Y));
                break;
        }
    }

    private static void DrawPoints(Markup svg, PlacedPanel panel, PointMark points, string ink)
    {
        var bars = new StringBuilder();
        foreach ((Numerics.Estimate x, Numerics.Estimate y) in points.Points)
        {
            if (y.HasStandardError && y.StandardError > 0)
                bars.Append($"M{Coordinate(panel.X(x.Value))} {Coordinate(panel.Y(y.Value - y.StandardError))}V{Coordinate(panel.Y(y.Value + y.StandardError))}");
            if (x.HasStandardError && x.StandardError > 0)
                bars.Append($"M{Coordinate(panel.X(x.Value - x.StandardError))} {Coordinate(panel.Y(y.Value))}H{Coordinate(panel.X(x.Value + x.StandardError))}");
        }
        if (bars.Length > 0) Stroke(svg, ink, bars.ToString(), 1.2, false);
        var shapes = new StringBuilder();
        foreach ((Numerics.Estimate x, Numerics.Estimate y) in points.Points)
            shapes.Append(Shape(points.Shape, panel.X(x.Value), panel.Y(y.Value)));
        if (points.Hollow)
            svg.Empty("path", ("class", ink + " paper"), ("stroke", "currentColor"), ("stroke-width", "1.5"), ("d", shapes.ToString()));
        else
            svg.Empty("path", ("class", ink), ("fill", "currentColor"), ("d", shapes.ToString()));
    }

    private static void Stroke(Markup svg, string ink, string path, double width, bool dashed)
    {
        svg.Empty("path", ("class", ink), ("fill", "none"), ("stroke", "currentColor"), ("stroke-width", Coordinate(width)),
            ("stroke-linejoin", "round"), ("stroke-dasharray", dashed ? "6 4" : "none"), ("d", path));
    }

    private static void DrawRing(Markup svg, string ink, double x, double y) =>
        svg.Empty("circle", ("class", ink), ("fill", "none"), ("stroke", "currentColor"), ("stroke-width", "1.8"),
            ("cx", Coordinate(x)), ("cy", Coordinate(y)), ("r", "8"));

    // Over a line of paper, so that it is seen on points and lines of its own colour.
    private static void DrawCross(Markup svg, string ink, double x, double y)
    {
        string path = $"M{Coordinate(x - 6.5)} {Coordinate(y - 6.5)}L{Coordinate(x + 6.5)} {Coordinate(y + 6.5)}M{Coordinate(x - 6.5)} {Coordinate(y + 6.5)}L{Coordinate(x + 6.5)} {Coordinate(y - 6.5)}";
        svg.Empty("path", ("class", "halo"), ("fill", "none"), ("stroke-width", "4.6"), ("stroke-linecap", "round"), ("d", path));
        svg.Empty("path", ("class", ink), ("fill", "none"), ("stroke", "currentColor"), ("stroke-width", "2.2"), ("stroke-linecap", "round"), ("d", path));
    }

    private static void DrawSample(Markup svg, PlacedEntry placed, Ink[] inks)
    {
        (LegendEntry entry, Box box) = (placed.Entry, placed.Sample);
        string ink = "ink" + Array.IndexOf(inks, entry.Ink).ToString(System.Globalization.CultureInfo.InvariantCulture);
        double x = box.Left + box.Width / 2, y = box.Top + box.Height / 2;
        if (entry.Band)
            svg.Empty("rect", ("class", ink), ("fill", "currentColor"), ("fill-opacity", "0.16"), ("x", Coordinate(box.Left)), ("y", Coordinate(box.Top + 2)),
                ("width", Coordinate(box.Width)), ("height", Coordinate(box.Height - 4)));
        if (entry.Line) Stroke(svg, ink, $"M{Coordinate(box.Left)} {Coordinate(y)}H{Coordinate(box.Right)}", 2, entry.Dashed);
        if (entry.Ring) DrawRing(svg, ink, x, y);
        if (entry.Cross) DrawCross(svg, ink, x, y);
        if (entry.Shape is { } shape)
        {
            if (entry.Hollow) svg.Empty("path", ("class", ink + " paper"), ("stroke", "currentColor"), ("stroke-width", "1.5"), ("d", Shape(shape, x, y)));
            else svg.Empty("path", ("class", ink), ("fill", "currentColor"), ("d", Shape(shape, x, y)));
        }
        svg.Line();
    }

    private static void DrawText(Markup svg, PlacedText text)
    {
        string anchor = text.Anchor switch { TextAnchor.Start => "start", TextAnchor.Middle => "middle", _ => "end" };
        string place = text.Upright ? $"translate({Coordinate(text.X)} {Coordinate(text.Y)}) rotate(-90)" : $"translate({Coordinate(text.X)} {Coordinate(text.Y)})";
        svg.Element("text", text.Text, ("class", text.Muted ? "muted" : "text"), ("transform", place), ("font-size", Coordinate(text.Size)),
            ("font-weight", text.Bold ? "600" : "400"), ("text-anchor", anchor)).Line();
    }

    private static string Path(PlacedPanel panel, IEnumerable<(double X, double Y)> points)
    {
        var path = new StringBuilder();
        foreach ((double x, double y) in points)
            path.Append(path.Length == 0 ? 'M' : 'L').Append(Coordinate(panel.X(x))).Append(' ').Append(Coordinate(panel.Y(y)));
        return path.ToString();
    }

    private static string Shape(Marker marker, double x, double y)
    {
        (double X, double Y)[] corners = marker switch
        {
            Marker.Square => [(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)],
            Marker.Triangle => [(0, -4.8), (4.4, 3.4), (-4.4, 3.4)],
            Marker.TriangleDown => [(0, 4.8), (4.4, -3.4), (-4.4, -3.4)],
            Marker.Diamond => [(0, -5.2), (5.2, 0), (0, 5.2), (-5.2, 0)],
            _ => [],
        };
        if (corners.Length == 0) return $"M{Coordinate(x - 4)} {Coordinate(y)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z";
        return "M" + string.Join('L', corners.Select(c => $"{Coordinate(x + c.X)} {Coordinate(y + c.Y)}")) + "Z";
    }
}
