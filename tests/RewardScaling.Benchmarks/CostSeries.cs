namespace RewardScaling.Benchmarks;

/// <summary>What a token costs at one size.</summary>
/// <param name="Size">The size that is varied; positive.</param>
/// <param name="Seconds">Seconds for each token; positive.</param>
/// <param name="Operations">Counted operations for each token and thread; positive.</param>
internal sealed record CostPoint(double Size, double Seconds, double Operations);

/// <summary>One workload over one size.</summary>
/// <param name="Workload">train or draw.</param>
/// <param name="Points">The points, sizes in order, at least two.</param>
internal sealed record CostSeries(string Workload, IReadOnlyList<CostPoint> Points)
{
    /// <summary>The exponent found: the slope of ln seconds against ln size by least squares.</summary>
    public double Found => Slope([.. Points.Select(static point => (point.Size, point.Seconds))]);

    /// <summary>The exponent between the two largest sizes.</summary>
    public double FoundAtLast => Slope([.. Points.TakeLast(2).Select(static point => (point.Size, point.Seconds))]);

    /// <summary>The exponent expected: the same slope of the operations that are counted at these sizes.</summary>
    public double Expected => Slope([.. Points.Select(static point => (point.Size, point.Operations))]);

    /// <summary>The slope of ln y against ln x by least squares.</summary>
    /// <param name="points">At least two different x, all positive.</param>
    public static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        double x = points.Average(static point => Math.Log(point.X)), y = points.Average(static point => Math.Log(point.Y));
        return points.Sum(point => (Math.Log(point.X) - x) * (Math.Log(point.Y) - y))
            / points.Sum(point => (Math.Log(point.X) - x) * (Math.Log(point.X) - x));
    }
}
