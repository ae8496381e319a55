namespace RewardScaling.Reports.Drawing;

/// <summary>Which points of a long line bear a mark: of many each third or so, those of neighbouring lines at other places, so
/// that their bars do not stand on each other.</summary>
internal static class Sparse
{
    private const int Few = 12, About = 6;

    /// <summary>The points to be marked; all of them where they are few.</summary>
    /// <param name="points">The points in order.</param>
    /// <param name="line">Which of the lines of a panel it is, from 0.</param>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> points, int line)
    {
        if (points.Count <= Few) return points;
        int every = (points.Count + About - 1) / About;
        return [.. points.Where((_, i) => i == points.Count - 1 || i % every == line % every)];
    }
}
