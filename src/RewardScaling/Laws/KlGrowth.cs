using MathNet.Numerics.Distributions;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>KL against optimization steps, KL = c steps^exponent, by least squares of logarithms.</summary>
/// <remarks>
/// Gao et al. 2022 (figures 14 and 16) find PPO without a KL penalty to grow about quadratically: exponent 2, d linear in steps.
/// </remarks>
/// <param name="Exponent">The exponent and its error.</param>
/// <param name="Interval">Its 95 percent t interval.</param>
/// <param name="PointCount">How many points with step and KL above 0 were used, of all runs; the others have no
/// logarithm.</param>
public sealed record KlGrowth(Estimate Exponent, ConfidenceInterval Interval, int PointCount)
{
    /// <summary>Fits the exponent of a curve whose efforts are steps.</summary>
    /// <param name="curve">The curve.</param>
    /// <exception cref="ArgumentException">Fewer than three different steps with step and KL above 0.</exception>
    public static KlGrowth Of(RewardCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        RewardPoint[] used = [.. curve.Points.Where(static point => point.Effort > 0 && point.Kl.Value > 0)];
        if (used.Select(static point => point.Effort).Distinct().Count() < 3)
            throw new ArgumentException($"The curve '{curve.Label}' needs at least three different steps with step and KL above 0.", nameof(curve));
        double[] x = Array.ConvertAll(used, static point => Math.Log(point.Effort)),
            y = Array.ConvertAll(used, static point => Math.Log(point.Kl.Value));
        double meanX = x.Average(), meanY = y.Average(), xx = 0, xy = 0, rss = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }
        double slope = xy / xx;
        for (int i = 0; i < x.Length; i++)
        {
            double residual = y[i] - meanY - slope * (x[i] - meanX);
            rss += residual * residual;
        }
        double error = Math.Sqrt(rss / (x.Length - 2) / xx), t = StudentT.InvCDF(0, 1, x.Length - 2, 0.975);
        return new(new(slope, error), new(slope - t * error, slope + t * error, 0.95), x.Length);
    }

    /// <summary>
    /// The part of a run that shows how KL grows: from 0.02 nats, below which it is mostly noise of measuring, to half of the
    /// run's largest KL, above which it saturates. No other choice is made by looking at the run.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <exception cref="ArgumentException">No point of the run lies there.</exception>
    public static RewardCurve BeforeSaturation(RewardCurve run)
    {
        ArgumentNullException.ThrowIfNull(run);
        RewardPoint[] window = Window(run);
        if (window.Length == 0)
            throw new ArgumentException($"The curve '{run.Label}' has no point between 0.02 nats and half of its largest KL.", nameof(run));
        return new(run.Method, run.Label, window);
    }

    /// <summary>Whether a run has three different steps before saturation, as <see cref="Of"/> asks for.</summary>
    internal static bool Shows(RewardCurve run) =>
        Window(run).Where(static point => point.Effort > 0).Select(static point => point.Effort).Distinct().Count() >= 3;

    /// <summary>
    /// The mean exponent of several runs, as of one setting with different seeds. Error and interval come from how the runs
    /// differ, not from the points within one, whose errors go together.
    /// </summary>
    /// <param name="curves">The runs; at least two.</param>
    /// <exception cref="ArgumentException">Fewer than two runs, or a run with too few points.</exception>
    public static KlGrowth OfRuns(IReadOnlyList<RewardCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Count < 2) throw new ArgumentException($"curves has {curves.Count} runs; an error over runs needs at least two.", nameof(curves));
        KlGrowth[] runs = [.. curves.Select(Of)];
        var mean = Estimate.Mean([.. runs.Select(static run => run.Exponent.Value)]);
        double reach = StudentT.InvCDF(0, 1, runs.Length - 1, 0.975) * mean.StandardError;
        return new(mean, new(mean.Value - reach, mean.Value + reach, 0.95), runs.Sum(static run => run.PointCount));
    }

    private static RewardPoint[] Window(RewardCurve run)
    {
        double most = 0.5 * run.Points.Max(static point => point.Kl.Value);
        return [.. run.Points.Where(point => point.Kl.Value >= 0.02 && point.Kl.Value <= most)];
    }

    /// <summary>As "KL ~ steps^2.01 (95 %: 1.94 to 2.08)".</summary>
    public override string ToString() => FormattableString.Invariant($"KL ~ steps^{Exponent.Value:F2} (95 %: {Interval})");
}
