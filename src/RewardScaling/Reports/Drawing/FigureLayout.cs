namespace RewardScaling.Reports.Drawing;

/// <summary>A rectangle in pixels, y downwards.</summary>
internal readonly record struct Box(double Left, double Top, double Width, double Height)
{
    public double Right => Left + Width;

    public double Bottom => Top + Height;

    public bool Overlaps(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
}

/// <summary>Where text hangs on its place.</summary>
internal enum TextAnchor
{
    /// <summary>The text begins there.</summary>
    Start,

    /// <summary>The text's middle is there.</summary>
    Middle,

    /// <summary>The text ends there.</summary>
    End,
}

/// <summary>
/// A line of text with its place; <paramref name="Y"/> is the baseline. Upright text reads from below to above.
/// </summary>
internal sealed record PlacedText(string Text, double X, double Y, double Size, TextAnchor Anchor = TextAnchor.Start,
    bool Bold = false, bool Muted = false, bool Upright = false)
{
    /// <summary>The room the text takes, estimated on the generous side.</summary>
    public Box Box
    {
        get
        {
            double width = TextMetrics.Width(Text, Size, Bold);
            double before = Anchor switch { TextAnchor.Start => 0, TextAnchor.Middle => width / 2, _ => width };
            return Upright
                ? new(X - 0.76 * Size, Y - (width - before), 0.98 * Size, width)
                : new(X - before, Y - 0.76 * Size, width, 0.98 * Size);
        }
    }
}

/// <summary>A legend entry with the box of its sample.</summary>
internal sealed record PlacedEntry(LegendEntry Entry, Box Sample);

/// <summary>A panel with the rectangle its values fill and the ticks that fit.</summary>
internal sealed record PlacedPanel(Panel Panel, Box Area, IReadOnlyList<Tick> XTicks, IReadOnlyList<Tick> YTicks)
{
    /// <summary>The horizontal place of a value.</summary>
    public double X(double value) => Area.Left + Area.Width * Panel.X.Position(value);

    /// <summary>The vertical place of a value.</summary>
    public double Y(double value) => Area.Bottom - Area.Height * Panel.Y.Position(value);
}

/// <summary>
/// Every place in a figure, worked out before anything is drawn, so that tests can ask whether anything collides.
/// </summary>
internal sealed class FigureLayout
{
    private const double Margin = 16, TickSize = 13, LabelSize = 14, TitleSize = 17, SampleWidth = 30;

    private readonly List<PlacedText> _texts = [];
    private readonly List<PlacedEntry> _legend = [];
    private readonly List<PlacedPanel> _panels = [];
    private double _y = Margin;

    private FigureLayout(double width) => Width = width;

    /// <summary>The width of the figure in pixels.</summary>
    public double Width { get; }

    /// <summary>The height of the figure in pixels.</summary>
    public double Height { get; private set; }

    /// <summary>All text of the figure.</summary>
    public IReadOnlyList<PlacedText> Texts => _texts;

    /// <summary>The samples of the legend.</summary>
    public IReadOnlyList<PlacedEntry> Legend => _legend;

    /// <summary>The panels in reading order.</summary>
    public IReadOnlyList<PlacedPanel> Panels => _panels;

    /// <summary>Lays a figure out: title, legend, then the panels row by row.</summary>
    public static FigureLayout Of(Figure figure, double width)
    {
        var layout = new FigureLayout(width);
        layout.PlaceLines(figure.Title, Margin, width - 2 * Margin, TitleSize, 22, bold: true);
        layout._y += 6;
        foreach (LegendGroup group in figure.Legend) layout.PlaceLegend(group);
        layout.PlacePanels(figure);
        layout.Height = layout._y + Margin - 4;
        return layout;
    }

    private void PlaceLines(string text, double left, double width, double size, double lineHeight, bool bold = false)
    {
        foreach (string line in TextMetrics.Wrap(text, size, bold, width))
        {
            _texts.Add(new(line, left, _y + 0.8 * size, size, Bold: bold));
            _y += lineHeight;
        }
    }

    private void PlaceLegend(LegendGroup group)
    {
        double x = Margin, indent = Margin;
        if (group.Heading.Length > 0)
        {
            var heading =
                new PlacedText(TextMetrics.Cut(group.Heading, LabelSize, false, Width / 3), x, _y + LabelSize, LabelSize,
                    Muted: true);
            _texts.Add(heading);
            x = indent = heading.Box.Right + 14;
        }
        foreach (LegendEntry entry in group.Entries)
        {
            string label = TextMetrics.Cut(entry.Label, LabelSize, false, Width - Margin - indent - SampleWidth - 8);
            double width = SampleWidth + 8 + TextMetrics.Width(label, LabelSize);
            if (x > indent && x + width > Width - Margin)
            {
                x = indent;
                _y += 22;
            }
            _legend.Add(new(entry, new(x, _y, SampleWidth, 18)));
            _texts.Add(new(label, x + SampleWidth + 8, _y + LabelSize, LabelSize));
            x += width + 18;
        }
        _y += 23;
    }

    private void PlacePanels(Figure figure)
    {
        int columns = Math.Min(figure.Columns, figure.Panels.Count);
        int rows = (figure.Panels.Count + columns - 1) / columns;
        IReadOnlyList<Tick>[] yTicks = [.. figure.Panels.Select(p => Ticks.Of(p.Y, p.Height, _ => TickSize, 16))];
        double[] labels = [.. Enumerable.Range(0, columns).Select(c => Labels(yTicks, c, columns))],
            gutter = [.. labels.Select((width, c) => Gutter(figure, width, c, columns))];
        double width = (Width - 2 * Margin - Ticks.Overhang - gutter.Sum()) / columns;
        for (int row = 0; row < rows; row++)
        {
            Panel[] inRow = [.. figure.Panels.Skip(row * columns).Take(columns)];
            IReadOnlyList<string>[] titles = [.. inRow.Select(p => TextMetrics.Wrap(p.Title, LabelSize, true, width))];
            _y += 12;
            double height = inRow.Max(p => p.Height), top = _y + 20 * titles.Max(t => t.Count), left = Margin, bottom = 0;
            for (int c = 0; c < inRow.Length; c++)
            {
                left += gutter[c];
                var panel = new PlacedPanel(inRow[c], new(left, top, width, height),
                    Ticks.Of(inRow[c].X, width, text => TextMetrics.Width(text, TickSize), 16), yTicks[row * columns + c]);
                _panels.Add(panel);
                for (int i = 0; i < titles[c].Count; i++)
                    _texts.Add(new(titles[c][i], left, top - 10 - 18 * (titles[c].Count - 1 - i), LabelSize, Bold: true));
                bottom = Math.Max(bottom, PlaceAxisText(panel, gutter[c], labels[c]));
                left += width;
            }
            _y = bottom;
        }
    }

    /// <summary>The widest tick label of a column, so that the titles of its vertical axes stand in one line.</summary>
    private static double Labels(IReadOnlyList<Tick>[] yTicks, int column, int columns) => yTicks
        .Where((_, i) => i % columns == column).SelectMany(static ticks => ticks)
        .Select(static tick => TextMetrics.Width(tick.Label, TickSize)).DefaultIfEmpty(0).Max();

    /// <summary>The room left of a column for tick labels and the title of the vertical axis.</summary>
    private static double Gutter(Figure figure, double labels, int column, int columns)
    {
        int lines = 0;
        for (int i = column; i < figure.Panels.Count; i += columns)
            lines = Math.Max(lines, TextMetrics.Wrap(figure.Panels[i].Y.Title, LabelSize, false, figure.Panels[i].Height).Count);
        return labels + 8 + (lines > 0 ? 18 * lines + 6 : 0) + (column > 0 ? 2 * Ticks.Overhang : 0);
    }

    /// <summary>Places tick labels and axis titles, and says where they end.</summary>
    private double PlaceAxisText(PlacedPanel panel, double gutter, double labels)
    {
        Box area = panel.Area;
        foreach (Tick tick in panel.YTicks)
        {
            _texts.Add(new(tick.Label, area.Left - 8, panel.Y(tick.Value) + 0.35 * TickSize, TickSize, TextAnchor.End,
                Muted: true));
        }
        foreach (Tick tick in panel.Panel.XText ? panel.XTicks : [])
            _texts.Add(new(tick.Label, panel.X(tick.Value), area.Bottom + 20, TickSize, TextAnchor.Middle, Muted: true));
        IReadOnlyList<string> upright = TextMetrics.Wrap(panel.Panel.Y.Title, LabelSize, false, area.Height);
        for (int i = 0; i < upright.Count; i++)
        {
            double x = area.Left - Math.Min(gutter, 8 + labels + 8) - 18 * (upright.Count - 1 - i) - 0.24 * LabelSize;
            _texts.Add(new(upright[i], x, area.Top + area.Height / 2, LabelSize, TextAnchor.Middle, Upright: true));
        }
        if (!panel.Panel.XText) return area.Bottom + TickSize;
        double bottom = area.Bottom + 26;
        foreach (string line in TextMetrics.Wrap(panel.Panel.X.Title, LabelSize, false, area.Width))
        {
            _texts.Add(new(line, area.Left + area.Width / 2, bottom + LabelSize, LabelSize, TextAnchor.Middle));
            bottom += 18;
        }
        return bottom + 4;
    }
}
