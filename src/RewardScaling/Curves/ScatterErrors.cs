namespace RewardScaling.Curves;

/// <summary>
/// Errors for points that came without: from how far each lies from the straight line through its two neighbours by effort, which
/// a smooth course hardly moves (Gasser, Sroka and Jennen-Steinmetz 1986).
/// </summary>
/// <remarks>
/// One error for all points. It knows nothing of what neighbours have in common, such as one set of questions for every line, and
/// is too small where their errors go together; a course with a sharp bend makes it too large.
/// </remarks>
public static class ScatterErrors
{
    /// <summary>The fewest points whose scatter says anything.</summary>
    public const int FewestPoints = 8;

    /// <summary>The curve with an error of gold.</summary>
    /// <param name="curve">The curve.</param>
    /// <returns>The curve itself where a point has an error, the points share samples, are too few or do not scatter.</returns>
    public static RewardCurve Of(RewardCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        if (curve.Points.Count < FewestPoints || curve.GoldCovariance is not null
            || curve.Points.Any(static point => !point.HasGold || point.Gold.HasStandardError)) return curve;
        RewardPoint[] points = [.. curve.Points.OrderBy(static point => point.Effort)];
        double gold = Scatter(points, static point => point.Gold.Value);
        if (gold == 0) return curve;
        return new(curve.Method, curve.Label, [.. curve.Points
            .Select(point => point with { Gold = new(point.Gold.Value, gold) })])
        {
            ErrorsAreScatter = true,
        };
    }

    // Where three points stand at effort a, b and c, the middle one less the line through the others has variance
    // (1 + w² + (1 - w)²) σ² with w = (c - b) / (c - a).
    private static double Scatter(RewardPoint[] points, Func<RewardPoint, double> value)
    {
        double sum = 0;
        for (int i = 1; i + 1 < points.Length; i++)
        {
            double span = points[i + 1].Effort - points[i - 1].Effort;
            double w = span > 0 ? (points[i + 1].Effort - points[i].Effort) / span : 0.5;
            double apart = value(points[i]) - w * value(points[i - 1]) - (1 - w) * value(points[i + 1]);
            sum += apart * apart / (1 + w * w + (1 - w) * (1 - w));
        }
        return Math.Sqrt(sum / (points.Length - 2));
    }
}
