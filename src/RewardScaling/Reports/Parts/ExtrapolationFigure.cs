using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>The laws fitted on small d and what they foretell beyond, after figure 26 of Gao et al. 2022.</summary>
internal static class ExtrapolationFigure
{
    // A law that runs away must not squeeze the points.
    private const double Beyond = 0.3;

    /// <summary>A column for each method, a colour for each of at most four numbers of comparisons, all of the largest reward
    /// model; none where no mean has points enough.</summary>
    public static IReadOnlyList<Figure> Of(ExtrapolationPart part)
    {
        SeedCell[] all = [.. part.Cells.Select(static one => one.Cell)
            .Where(static cell => ExtrapolationPart.Near(cell) is not null)];
        if (all.Length == 0) return [];
        long size = all.Max(static cell => cell.At.ProxyParameters);
        SeedCell[] drawn = [.. all.Where(cell => cell.At.ProxyParameters == size)];
        int[] counts = MeanFigures.Spread([.. drawn.Select(static cell => cell.At.Comparisons).Distinct().Order()]);
        drawn = [.. drawn.Where(cell => counts.Contains(cell.At.Comparisons))];
        IReadOnlyList<Ink> inks = Palette.Ramp(counts.Length);
        OptimizationMethod[] methods = [.. drawn.Select(static cell => cell.At.Method).Distinct().Order()];
        return
        [
            new("extrapolation", "Fitted on small d, foretold beyond", FormattableString.Invariant($"Means over {drawn[0].Seeds} {drawn[0].SeedName} for the reward model of {size:N0} parameters, and the law fitted to their points up to three quarters of the largest d: solid as far as it was fitted, dashed beyond."),
                methods.Length, [.. methods.Select((method, place) =>
                    Panel(method, [.. drawn.Where(cell => cell.At.Method == method)], counts, inks, first: place == 0))],
                [new("Comparisons the proxy saw", [.. counts.Select((count, i) =>
                    new LegendEntry(NumberText.Count(count), inks[i], Shape: Palette.Shape(i)))]),
                    new("", [new("fitted", Palette.Muted, Line: true), new("foretold", Palette.Muted, Line: true, Dashed: true)])]),
        ];
    }

    private static Panel Panel(OptimizationMethod method, SeedCell[] cells, int[] counts, IReadOnlyList<Ink> inks, bool first)
    {
        var marks = new List<Mark>();
        var heights = new List<double>();
        foreach (SeedCell cell in cells)
        {
            int i = Array.IndexOf(counts, cell.At.Comparisons);
            var (fit, cut) = ExtrapolationPart.Near(cell)!.Value;
            double farthest = cell.Mean.Points.Max(static point => point.Distance.Value);
            marks.Add(new LineMark(Line(fit, 0, cut), inks[i]));
            marks.Add(new LineMark(Line(fit, cut, farthest), inks[i], Dashed: true));
            marks.Add(new PointMark([.. Sparse.Of(cell.Mean.Points, i).Select(static point =>
                (Estimate.WithoutError(point.Kl.Value), point.Gold))], inks[i], Palette.Shape(i)));
            heights.AddRange(cell.Mean.Points.SelectMany(static point => ErrorSpan.Ends(point.Gold)));
        }
        double low = heights.Min(), high = heights.Max(), room = Beyond * (high - low);
        heights.AddRange(marks.OfType<LineMark>().SelectMany(static line => line.Points)
            .Select(point => Math.Clamp(point.Y, low - room, high + room)));
        Axis y = Axis.Around(first ? "Gold score" : "", AxisScale.Linear, heights);
        return new(CurveGroups.Name(method), Axis.Around("KL from the initial policy (nats, √ scale)", AxisScale.SquareRoot,
            cells.SelectMany(static cell => cell.Mean.Points).Select(static point => point.Kl.Value)), y,
            [new LevelMark(Math.Clamp(0, y.Low, y.High), Palette.Axis), .. marks])
        { Height = 260 };
    }

    private static IReadOnlyList<(double X, double Y)> Line(LawFit fit, double from, double to) =>
        [.. FitLine.Of(fit, from, to).Select(static place => (place.Kl.Value, place.Gold.Value))];
}
