using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>What a unit of proxy was worth at the start, against the ratio of the laws' α.</summary>
internal static class WorthFigure
{
    /// <summary>A point for each curve of best-of-n, and the line on which they are the same; none without a point.</summary>
    public static IReadOnlyList<Figure> Of(RegressionPart part)
    {
        if (part.Slopes.Count == 0) return [];
        int[] counts = [.. part.Slopes.Select(static one => one.Curve.At.Comparisons).Distinct().Order()];
        IReadOnlyList<Ink> inks = Palette.Ramp(counts.Length);
        double most = part.Slopes.Max(static one => Math.Max(one.Worth, one.AlphaRatio));
        Axis x = new("Gold for a unit of proxy at the start", AxisScale.Linear, 0, 1.05 * most), y = new("α of gold / α of proxy", AxisScale.Linear, 0, 1.05 * most);
        return
        [
            new("regressional", "The regressional part", "Each point is a curve of best-of-n: what a unit of its proxy was worth in gold where optimisation begins, and the ratio of the α of its two laws. On the dashed line they are the same.", 1,
                [new("", x, y, [new LineMark([(0, 0), (most, most)], Palette.Muted, Dashed: true),
                    .. counts.Select((count, i) => new PointMark([.. part.Slopes.Where(one => one.Curve.At.Comparisons == count)
                        .Select(static one => (Estimate.WithoutError(one.Worth), Estimate.WithoutError(one.AlphaRatio)))],
                            inks[i], Palette.Shape(i)))]) { Height = 320 }],
                [new("Comparisons the proxy saw", [.. counts.Select((count, i) => new LegendEntry(NumberText.Count(count), inks[i],
                    Shape: Palette.Shape(i)))])]),
        ];
    }
}
