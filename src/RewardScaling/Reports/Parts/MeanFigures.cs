using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>The figures of scores against KL, from means over seeds.</summary>
internal static class MeanFigures
{
    // More colours than this cannot be told apart in one panel.
    private const int MostCounts = 4;

    /// <summary>Scores against KL; where there is one method gold against proxy too, which else is among
    /// <see cref="Compared"/>.</summary>
    public static IReadOnlyList<Figure> Of(IReadOnlyList<SeedCell> cells) => cells.Count == 0 ? []
        : Methods(cells) > 1 ? [OveroptimizationFigures.AgainstKl(Curves(cells))]
        : [OveroptimizationFigures.AgainstKl(Curves(cells)), OveroptimizationFigures.GoldAgainstProxy(Curves(cells))];

    /// <summary>Gold against proxy and against KL, both methods on one axis; none where there is one.</summary>
    public static IReadOnlyList<Figure> Compared(IReadOnlyList<SeedCell> cells) => Methods(cells) < 2 ? []
        : [OveroptimizationFigures.GoldAgainstProxy(Curves(cells)), OveroptimizationFigures.MethodsCompared(Curves(cells))];

    /// <summary>The means of all cells as figures and sentences take them.</summary>
    public static IReadOnlyList<ReportCurve> All(IReadOnlyList<SeedCell> cells) => [.. cells.Select(Curve)];

    /// <summary>The means as figures take them, of at most four numbers of comparisons: the fewest, the most and two
    /// between.</summary>
    internal static IReadOnlyList<ReportCurve> Curves(IReadOnlyList<SeedCell> cells)
    {
        int[] counts = [.. cells.Select(static cell => cell.At.Comparisons).Distinct().Order()];
        int[] shown = Spread(counts);
        return [.. cells.Where(cell => shown.Contains(cell.At.Comparisons)).Select(Curve)];
    }

    /// <summary>At most four of some values in order, evenly spread, both ends among them.</summary>
    internal static int[] Spread(int[] values) => values.Length <= MostCounts ? values
        : [.. Enumerable.Range(0, MostCounts).Select(i => values[(int)Math.Round(i * (values.Length - 1) / (MostCounts - 1.0))])];

    private static int Methods(IReadOnlyList<SeedCell> cells) => cells.Select(static cell => cell.At.Method).Distinct().Count();

    private static ReportCurve Curve(SeedCell cell)
    {
        ReportCurve mean = new()
        {
            Curve = cell.Mean,
            ProxyName = cell.At.OwnProxy,
            ProxyParameters = cell.At.ProxyParameters,
            ProxyComparisons = cell.At.Comparisons,
            ProxySeed = 0,
            At = cell.At,
            IsMean = cell.Curves.Count > 1,
        };
        return cell.HasFit ? mean.WithFit(cell.Fit) : mean;
    }
}
