using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>Proxy and gold reward along the optimisation of one policy against one proxy, by KL.</summary>
public sealed record RewardCurve
{
    /// <summary>A curve.</summary>
    /// <param name="method">How the policy was optimised.</param>
    /// <param name="label">A name for legends and tables, such as "1.2k parameters, 500 comparisons".</param>
    /// <param name="points">The points in the order they were measured; at least one.</param>
    /// <exception cref="ArgumentException">No point, or a negative KL.</exception>
    public RewardCurve(OptimizationMethod method, string label, IReadOnlyList<RewardPoint> points)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0) throw new ArgumentException("points is empty; a curve needs at least one point.", nameof(points));
        for (int i = 0; i < points.Count; i++) Guard.NotNegative(points[i].Kl.Value, $"points[{i}].Kl");
        Method = method;
        Label = label;
        Points = [.. points];
    }

    /// <summary>How the policy was optimised.</summary>
    public OptimizationMethod Method { get; }

    /// <summary>A name for legends and tables.</summary>
    public string Label { get; }

    /// <summary>The points in the order they were measured.</summary>
    public IReadOnlyList<RewardPoint> Points { get; }
}
