using MathNet.Numerics.Distributions;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Samples.Penalty;

/// <summary>The exponent e of KL ∝ step^e before saturation: 2 where d = sqrt(KL) grows linearly in the steps.</summary>
/// <param name="Exponent">The mean of the runs' exponents and its standard error over them.</param>
/// <param name="Low">The low end of the 95 percent interval (Student's t over the runs).</param>
/// <param name="High">The high end.</param>
/// <param name="Runs">How many runs.</param>
internal sealed record KlGrowth(Estimate Exponent, double Low, double High, int Runs)
{
    // Below the first KL is noise of the measurement; above a share of the end the growth slows down.
    private const double Smallest = 0.02, ShareOfEnd = 0.5;

    /// <summary>Fits ln KL by ln step in each run, over its points between 0.02 nats and half of where it ends.</summary>
    /// <exception cref="ArgumentException">Fewer than two runs, or a run with fewer than three points in that range.</exception>
    public static KlGrowth Of(IReadOnlyList<RewardCurve> curves)
    {
        if (curves.Count < 2) throw new ArgumentException($"curves has {curves.Count} runs; an interval needs two.", nameof(curves));
        var exponent = Estimate.Mean([.. curves.Select(Slope)]);
        double reach = StudentT.InvCDF(0, 1, curves.Count - 1, 0.975) * exponent.StandardError;
        return new(exponent, exponent.Value - reach, exponent.Value + reach, curves.Count);
    }

    /// <summary>The exponent, its interval and what it means.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"Without a penalty KL grows as step^{Exponent.Value:F2} (95 % interval {Low:F2} to {High:F2} over {Runs} seeds): ")
        + (Low <= 2 && High >= 2 ? "d = sqrt(KL) grows linearly in the steps." : "the interval leaves out 2, so d does not grow linearly.");

    private static double Slope(RewardCurve curve)
    {
        double most = ShareOfEnd * curve.Points.Max(static point => point.Kl.Value);
        (double X, double Y)[] points = [.. curve.Points
            .Where(point => point.Effort > 0 && point.Kl.Value >= Smallest && point.Kl.Value <= most)
            .Select(static point => (Math.Log(point.Effort), Math.Log(point.Kl.Value)))];
        if (points.Length < 3)
            throw new ArgumentException($"The run '{curve.Label}' has {points.Length} points between {Smallest} nats and half of its end; a slope needs three.");
        double x = points.Average(static p => p.X), y = points.Average(static p => p.Y);
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }
}
