using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Reports;

/// <summary>What the measured points of a curve say by themselves, without a law.</summary>
internal sealed class CurveSummary
{
    public CurveSummary(RewardCurve curve)
    {
        Peak = curve.Points.MaxBy(p => p.Gold.Value)!;
        Last = curve.Points.MaxBy(p => p.Kl.Value)!;
        HighestProxy = curve.Points.MaxBy(p => p.Proxy.Value)!;
    }

    /// <summary>The point of the highest measured gold.</summary>
    public RewardPoint Peak { get; }

    /// <summary>The point of the largest KL.</summary>
    public RewardPoint Last { get; }

    /// <summary>The point of the highest proxy score.</summary>
    public RewardPoint HighestProxy { get; }

    /// <summary>The proxy's score where gold was highest.</summary>
    public Estimate ProxyAtPeak => Peak.Proxy;

    /// <summary>
    /// How many combined standard errors gold at the largest KL lies below its peak; 0 where a standard error
    /// is missing or both are exact.
    /// </summary>
    /// <remarks>
    /// The two are taken as independent. The highest of several noisy points is biased upwards, so about 1 is nothing.
    /// </remarks>
    public double Fall
    {
        get
        {
            if (!Peak.Gold.HasStandardError || !Last.Gold.HasStandardError) return 0;
            double error =
                Math.Sqrt(Peak.Gold.StandardError * Peak.Gold.StandardError + Last.Gold.StandardError * Last.Gold.StandardError);
            return error > 0 ? (Peak.Gold.Value - Last.Gold.Value) / error : 0;
        }
    }

    /// <summary>Whether gold came down from its peak by more than three combined standard errors.</summary>
    public bool Fell => Fall > 3;

    /// <summary>
    /// Whether the proxy's score at the largest KL is the highest of the curve, within two combined standard errors.
    /// </summary>
    public bool ProxyEndsHighest
    {
        get
        {
            double gap = HighestProxy.Proxy.Value - Last.Proxy.Value;
            if (gap <= 0) return true;
            if (!Last.Proxy.HasStandardError || !HighestProxy.Proxy.HasStandardError) return false;
            double a = Last.Proxy.StandardError, b = HighestProxy.Proxy.StandardError;
            return gap <= 2 * Math.Sqrt(a * a + b * b);
        }
    }

    /// <summary>
    /// The smallest KL at which the curve reaches a gold score, between measured points by a straight line in d = sqrt(KL);
    /// infinity where it never does.
    /// </summary>
    public static double KlToReach(RewardCurve curve, double gold)
    {
        RewardPoint[] points = [.. curve.Points.OrderBy(p => p.Kl.Value)];
        for (int i = 0; i < points.Length; i++)
        {
            if (points[i].Gold.Value < gold) continue;
            if (i == 0) return points[0].Kl.Value;
            double below = points[i - 1].Gold.Value, t = (gold - below) / (points[i].Gold.Value - below);
            double d = points[i - 1].Distance.Value + t * (points[i].Distance.Value - points[i - 1].Distance.Value);
            return d * d;
        }
        return double.PositiveInfinity;
    }
}
