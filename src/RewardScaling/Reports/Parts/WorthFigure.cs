using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>What a unit of proxy was worth at the start, against the ratio of the laws' α.</summary>
internal static class WorthFigure
{
    /// <summary>A point for each reward model, its seeds together, and the line on which both are the same; none without a
    /// point.</summary>
    public static IReadOnlyList<Figure> Of(RegressionPart part)
    {
        if (part.Slopes.Count == 0) return [];
        var points = part.Slopes.GroupBy(static one => one.Curve.At.WithoutSeeds).Select(static group => (group.Key.Comparisons,
            Worth: Mean([.. group.Select(static one => one.Worth)]),
                Ratio: Mean([.. group.Select(static one => one.AlphaRatio)]))).ToArray();
        int[] counts = [.. points.Select(static point => point.Comparisons).Distinct().Order()];
        IReadOnlyList<Ink> inks = Palette.Ramp(counts.Length);
        double most = points.Max(static point => Math.Max(point.Worth.Value, ErrorSpan.Ends(point.Ratio).Max()));
        Axis x = new("Gold for a unit of proxy at the start", AxisScale.Linear, 0, 1.05 * most), y = new("α of gold / α of proxy", AxisScale.Linear, 0, 1.05 * most);
        return
        [
            new("regressional", "The regressional part", "Each point is a reward model under best-of-n, mean and one standard error over seeds: what a unit of its score was worth in gold where optimisation begins, and the ratio of the α of its two laws. On the dashed line they are the same.", 1,
                [new("", x, y, [new LineMark([(0, 0), (most, most)], Palette.Muted, Dashed: true),
                    .. counts.Select((count, i) => new PointMark([.. points.Where(point => point.Comparisons == count)
                        .Select(static point => (point.Worth, point.Ratio))],
                            inks[i], Palette.Shape(i)))]) { Height = 320 }],
                [new("Comparisons the proxy saw", [.. counts.Select((count, i) => new LegendEntry(NumberText.Count(count), inks[i],
                    Shape: Palette.Shape(i)))])]),
        ];
    }

    private static Estimate Mean(double[] values) => values.Length > 1 ? Estimate.Mean(values) : Estimate.WithoutError(values[0]);
}
