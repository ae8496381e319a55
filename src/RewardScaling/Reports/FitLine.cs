using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Reports;

/// <summary>A fitted law as a line that looks smooth on its axis.</summary>
internal static class FitLine
{
    private const int Steps = 80;

    /// <summary>Places along a fit from one distance to another, in steps that are equal on the axis.</summary>
    /// <param name="fit">The fit; its errors go with the line, where it has any.</param>
    /// <param name="nearest">d of the first place; above 0 on a logarithmic axis.</param>
    /// <param name="furthest">d of the last place; larger.</param>
    /// <param name="axis">How the axis maps KL to length.</param>
    public static FitPoint[] Of(LawFit fit, double nearest, double furthest, AxisScale axis = AxisScale.SquareRoot)
    {
        var line = new FitPoint[Steps + 1];
        for (int i = 0; i <= Steps; i++)
        {
            double t = (double)i / Steps;
            var d = new KlDistance(axis switch
            {
                AxisScale.SquareRoot => nearest + (furthest - nearest) * t,
                AxisScale.Logarithmic => nearest * Math.Pow(furthest / nearest, t),
                _ => Math.Sqrt(nearest * nearest + (furthest * furthest - nearest * nearest) * t),
            });
            double reward = fit.Evaluate(d);
            line[i] = new(d.Squared(), fit.HasErrors ? new(reward, fit.StandardErrorAt(d)) : Estimate.WithoutError(reward));
        }
        return line;
    }
}
