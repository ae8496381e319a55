namespace RewardScaling.Studies.Claims;

/// <summary>Slopes and rank correlations of a few numbers of one seed, which become one observation of a test over
/// seeds.</summary>
internal static class Trend
{
    /// <summary>The slope of the least-squares line; null where all x are the same.</summary>
    public static double? Slope(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 2) return null;
        double x = points.Average(static p => p.X), y = points.Average(static p => p.Y), xx = 0, xy = 0;
        foreach (var point in points)
        {
            xx += (point.X - x) * (point.X - x);
            xy += (point.X - x) * (point.Y - y);
        }
        return xx > 0 ? xy / xx : null;
    }

    /// <summary>The mean slope over groups within which everything but x is the same; null where no group has two x.</summary>
    public static double? Within<T>(IEnumerable<StudyCurve> curves, Func<StudyCurve, T> same, Func<StudyCurve, double> x,
        Func<StudyCurve, double?> y)
    {
        double[] slopes = [.. curves.GroupBy(same).Select(group => Slope([.. group.Select(curve => (X: x(curve), Y: y(curve)))
            .Where(static p => p.Y is { } value && double.IsFinite(value)).Select(static p => (p.X, p.Y!.Value))]))
                .OfType<double>()];
        return slopes.Length > 0 ? slopes.Average() : null;
    }

    /// <summary>Spearman's rank correlation, ties at their mean rank; null below three points or where one side is all the same.
    /// </summary>
    public static double? Rank(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 3) return null;
        double[] x = Ranks([.. points.Select(static p => p.X)]), y = Ranks([.. points.Select(static p => p.Y)]);
        double mean = (points.Count + 1) / 2.0, xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
            xy += (x[i] - mean) * (y[i] - mean);
        }
        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : null;
    }

    private static double[] Ranks(double[] values) => Array.ConvertAll(values,
        value => values.Count(other => other < value) + (values.Count(other => other == value) + 1) / 2.0);
}
