using System.Globalization;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Benchmarks;

/// <summary>Time per token against each size.</summary>
internal static class CostFigure
{
    public static Figure Of(IReadOnlyList<CostPlot> plots)
    {
        IReadOnlyList<Ink> inks = Palette.Ramp(2);
        Panel[] panels = [.. plots.Select(plot => new Panel(Title(plot),
            Axis.Around(plot.Size, AxisScale.Logarithmic, plot.Series[0].Points.Select(static point => point.Size)),
            Axis.Around("Microseconds per token", AxisScale.Logarithmic,
                plot.Series.SelectMany(static series => series.Points.Select(static point => point.Seconds * 1e6)
                    .Concat(Counted(series).Select(static place => place.Y)))),
            [.. plot.Series.Zip(inks).SelectMany(static pair => Marks(pair.First, pair.Second))]))];
        return new("cost", "Time per token of the CPU engine", string.Join(" ", plots.Select(Words)), 2, panels,
        [
            new("", [new("training", inks[0], Line: true, Shape: Marker.Circle),
                new("drawing", inks[1], Line: true, Shape: Marker.Square),
                new("counted operations, through the last point", Palette.Muted, Line: true, Dashed: true)]),
        ]);
    }

    private static Mark[] Marks(CostSeries series, Ink ink) =>
    [
        new LineMark(Counted(series), ink, Dashed: true, Width: 1.4),
        new LineMark([.. series.Points.Select(static point => (point.Size, point.Seconds * 1e6))], ink),
        new PointMark([.. series.Points.Select(static point =>
            (Estimate.WithoutError(point.Size), Estimate.WithoutError(point.Seconds * 1e6)))], ink,
            series.Workload == "train" ? Marker.Circle : Marker.Square),
    ];

    // What the time would be if every operation took as long as at the largest size.
    private static (double X, double Y)[] Counted(CostSeries series)
    {
        var last = series.Points[^1];
        return [.. series.Points.Select(point => (point.Size, last.Seconds * 1e6 * point.Operations / last.Operations))];
    }

    private static string Title(CostPlot plot) => string.Join(", ", plot.Series.Select(static series =>
        string.Create(CultureInfo.InvariantCulture, $"{series.Workload} {series.Found:F2} ({series.Expected:F2})")));

    private static string Words(CostPlot plot) => $"Against {plot.Size} the exponents found, and in brackets counted, are: {Title(plot)}.";
}
