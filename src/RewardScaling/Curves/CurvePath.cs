using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>
/// A curve read between its points: the path from the start on in the order of effort, straight in d = sqrt(KL) between two
/// points.
/// </summary>
/// <remarks>A run of PPO may come back to a KL it has left; the path counts until it is first reached, so that every run has one
/// value at every distance up to its farthest. So two runs can be compared at equal KL.</remarks>
public sealed class CurvePath
{
    private readonly RewardPoint[] _points;

    /// <summary>The path of a curve.</summary>
    /// <param name="curve">The curve; whatever reward is asked for later, its points have it.</param>
    public CurvePath(RewardCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        Curve = curve;
        var firsts = new List<RewardPoint>();
        foreach (var point in curve.Points.OrderBy(static point => point.Effort))
            if (firsts.Count == 0 || point.Distance.Value > firsts[^1].Distance.Value) firsts.Add(point);
        _points = [.. firsts];
    }

    /// <summary>The curve.</summary>
    public RewardCurve Curve { get; }

    /// <summary>The smallest distance d = sqrt(KL) on the path.</summary>
    internal double Nearest => _points[0].Distance.Value;

    /// <summary>The largest distance d = sqrt(KL) that was measured.</summary>
    internal double Farthest => _points[^1].Distance.Value;

    /// <summary>The point of the largest gold measured, on the path or not.</summary>
    public RewardPoint Highest => Curve.Points.MaxBy(static point => point.Gold.Value)!;

    /// <summary>The last point by effort.</summary>
    public RewardPoint Last => Curve.Points.MaxBy(static point => point.Effort)!;

    /// <summary>The first point by effort.</summary>
    public RewardPoint First => Curve.Points.MinBy(static point => point.Effort)!;

    /// <summary>Gold where a distance was first reached; the nearest point's below it, the farthest one's beyond.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats per sequence.</param>
    internal double Gold(double distance) => At(distance, static point => point.Gold.Value);

    /// <summary>Proxy where a distance was first reached; the nearest point's below it, the farthest one's beyond.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats per sequence.</param>
    internal double Proxy(double distance) => At(distance, static point => point.Proxy.Value);

    /// <summary>The mean of this curve's reward less another's at the same distance, over this curve's points above KL = 0 that
    /// lie within the other's reach.</summary>
    /// <param name="other">The path it is held against.</param>
    /// <param name="reward">Which reward.</param>
    /// <param name="mean">The mean, in the reward's unit; above 0 where this curve has more.</param>
    /// <returns>Whether there is such a point.</returns>
    public bool TryMeanAbove(CurvePath other, Func<RewardPoint, Estimate> reward, out double mean)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(reward);
        double[] gaps = [.. _points.Where(point => point.Distance.Value > 0 && point.Distance.Value <= other.Farthest)
            .Select(point => reward(point).Value - other.At(point.Distance.Value, p => reward(p).Value))];
        mean = gaps.Length > 0 ? gaps.Average() : 0;
        return gaps.Length > 0;
    }

    /// <summary>The effort at which a distance was first reached.</summary>
    internal double Effort(double distance) => At(distance, static point => point.Effort);

    /// <summary>The distance at which a reward was first reached; null where it never is.</summary>
    /// <param name="level">The reward.</param>
    /// <param name="reward">Which.</param>
    internal double? Reach(double level, Func<RewardPoint, Estimate> reward)
    {
        for (int i = 0; i < _points.Length; i++)
        {
            double value = reward(_points[i]).Value;
            // Two curves may come to one value, gold's highest, each with last bits of its own.
            if (value < level - Rounding.Of(level)) continue;
            if (i == 0) return _points[0].Distance.Value;
            double before = reward(_points[i - 1]).Value, share = (Math.Min(level, value) - before) / (value - before);
            return _points[i - 1].Distance.Value + share * (_points[i].Distance.Value - _points[i - 1].Distance.Value);
        }
        return null;
    }

    /// <summary>As <see cref="TryMeanAbove"/>; null where there is nothing to compare.</summary>
    internal double? MeanAbove(CurvePath other, Func<RewardPoint, Estimate> reward) =>
        TryMeanAbove(other, reward, out double mean) ? mean : null;

    /// <summary>The KL after so many steps, in nats; the last point's beyond it.</summary>
    internal double KlAfter(double effort)
    {
        RewardPoint[] points = [.. Curve.Points.OrderBy(static point => point.Effort)];
        int right = Array.FindIndex(points, point => point.Effort >= effort);
        if (right <= 0) return points[right < 0 ? ^1 : 0].Kl.Value;
        double share = (effort - points[right - 1].Effort) / (points[right].Effort - points[right - 1].Effort);
        return points[right - 1].Kl.Value + share * (points[right].Kl.Value - points[right - 1].Kl.Value);
    }

    /// <summary>The curve at given distances.</summary>
    internal RewardCurve On(IReadOnlyList<double> distances) =>
        new(Curve.Method, Curve.Label, [.. distances.Select(d => new RewardPoint
    {
        Kl = Estimate.WithoutError(d * d),
        Proxy = Estimate.WithoutError(Proxy(d)),
        Gold = Estimate.WithoutError(Gold(d)),
        Effort = Effort(d),
    })]);

    private double At(double distance, Func<RewardPoint, double> value)
    {
        int right = Array.FindIndex(_points, point => point.Distance.Value >= distance);
        if (right < 0) return value(_points[^1]);
        if (right == 0) return value(_points[0]);
        double low = _points[right - 1].Distance.Value, high = _points[right].Distance.Value,
            share = (distance - low) / (high - low);
        return value(_points[right - 1]) + share * (value(_points[right]) - value(_points[right - 1]));
    }

    /// <summary>The curve, and how far the path goes.</summary>
    public override string ToString() => FormattableString.Invariant($"{Curve.Label}: d = {Nearest:G4} to {Farthest:G4}");
}
