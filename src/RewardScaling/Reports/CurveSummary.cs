using RewardScaling.Curves;

namespace RewardScaling.Reports;

/// <summary>What the measured points of a curve say by themselves, without a law.</summary>
internal sealed class CurveSummary
{
    public CurveSummary(ReportCurve curve)
    {
        Gold = curve.Measured;
        HighestProxy = curve.Curve.Points.MaxBy(static p => p.Proxy.Value)!;
        Farthest = curve.Curve.Points.MaxBy(static p => p.Kl.Value)!;
    }

    /// <summary>The highest gold and how sure it is.</summary>
    public MeasuredPeak Gold { get; }

    /// <summary>The point of the highest measured gold.</summary>
    public RewardPoint Peak => Gold.Highest;

    /// <summary>The last point by effort: the largest n, or the last step.</summary>
    public RewardPoint Last => Gold.Last;

    /// <summary>The point of the largest KL, which is not always the last.</summary>
    public RewardPoint Farthest { get; }

    /// <summary>Whether the largest KL was left again.</summary>
    public bool CameBack => Farthest.Kl.Value > 1.05 * Last.Kl.Value;

    /// <summary>The point of the highest proxy score.</summary>
    public RewardPoint HighestProxy { get; }

    /// <summary>Whether gold is lower at the last point than at its highest, beyond doubt.</summary>
    public bool Fell => Gold is MeasuredPeak.Known { Bounds.Fall.Low: > 0 };

    /// <summary>Whether gold fell on the way by more than is left of the fall at the end, beyond doubt.</summary>
    public bool Recovered => Gold is MeasuredPeak.Known { Bounds: var bounds } && bounds.DeepestFall.Low > bounds.Fall.High;

    /// <summary>
    /// Whether the proxy's score at the last point is the highest of the curve, within two combined standard errors.
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
    /// The KL at which the curve first reaches a gold score, between measured points by a straight line in d = sqrt(KL); infinity
    /// where it never does.
    /// </summary>
    public static double KlToReach(RewardCurve curve, double gold) =>
        new CurvePath(curve).Reach(gold, static point => point.Gold) is { } distance ? distance * distance
            : double.PositiveInfinity;
}
