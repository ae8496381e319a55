using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>Proxy and gold reward along the optimisation of one policy against one proxy, by KL.</summary>
/// <example>
/// <code>
/// var curve = new RewardCurve(OptimizationMethod.ReinforcementLearning, "my run",
/// [
///     new() { Effort = 0, Kl = Estimate.Exact(0), Proxy = Estimate.Exact(0), Gold = new(0, 0.02) },
///     new() { Effort = 10, Kl = new(2.1, 0.1), Proxy = new(0.9, 0.02), Gold = new(0.6, 0.02) },
/// ]);
/// </code>
/// </example>
[TypeFormatterSource]
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
        var own = new RewardPoint[points.Count];
        for (int i = 0; i < own.Length; i++)
        {
            own[i] = points[i];
            Guard.NotNegative(own[i].Kl.Value, $"points[{i}].Kl");
        }
        (Method, Label, Points) = (method, label, Array.AsReadOnly(own));
    }

    /// <summary>How the policy was optimised.</summary>
    public OptimizationMethod Method { get; }

    /// <summary>A name for legends and tables.</summary>
    public string Label { get; }

    /// <summary>
    /// How the points' gold rewards vary together, when they share samples; null when they are independent or nobody knows.
    /// </summary>
    /// <exception cref="ArgumentException">Another number of points than the curve's.</exception>
    public PointCovariance? GoldCovariance { get; init => field = Fitting(value); }

    /// <summary>
    /// How the points' proxy rewards vary together, when they share samples; null when they are independent or nobody knows.
    /// </summary>
    /// <exception cref="ArgumentException">Another number of points than the curve's.</exception>
    public PointCovariance? ProxyCovariance { get; init => field = Fitting(value); }

    /// <summary>The points in the order they were measured.</summary>
    public IReadOnlyList<RewardPoint> Points { get; }

    /// <summary>Whether the errors of gold are those of <see cref="ScatterErrors"/>.</summary>
    internal bool ErrorsAreScatter { get; init; }

    /// <summary>The same curve at all efforts that the data behind it allow, when there are more of them than points; null when
    /// the points are all there is.</summary>
    internal Func<RewardCurve>? Finer { get; init; }

    /// <summary>The mean of runs of one plan that differ by seed, point by point, with the covariance over seeds.</summary>
    /// <param name="runs">At least two curves with as many points; point k of each is averaged, its KL too.</param>
    /// <exception cref="ArgumentException">Fewer than two runs, or different numbers of points.</exception>
    public static RewardCurve MeanOf(IReadOnlyList<RewardCurve> runs) => new SeedResampler(runs).Original;

    /// <summary>The label, the points and the range of KL.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Label}: {MethodName.Of(Method)}, {Points.Count} points, KL {Points.Min(static point => point.Kl.Value):G4} to {Points.Max(static point => point.Kl.Value):G4} nats");

    private PointCovariance? Fitting(PointCovariance? covariance)
    {
        if (covariance is not null) Guard.Length(covariance.Count, Points.Count, nameof(covariance));
        return covariance;
    }
}
