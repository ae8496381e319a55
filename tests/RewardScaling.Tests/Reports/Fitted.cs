using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Reports;

/// <summary>Curves with known peaks, and fits of them.</summary>
internal static class Fitted
{
    /// <summary>Gold 0.5 d - 0.125 d², which peaks at d = 2 (4 nats) with 0.5, and small errors; proxy 0.4 d.</summary>
    public static RewardCurve Curve(string label = "a run", double bend = 0.125, bool atZero = true) =>
        new(OptimizationMethod.BestOfN, label, [.. Enumerable.Range(atZero ? 0 : 1, 12).Select(i =>
        {
            double d = 0.3 * i, noise = 0.004 * ((i * 7 % 5) - 2);
            return new RewardPoint
            {
                Kl = Estimate.Exact(d * d),
                Gold = new(0.5 * d - bend * d * d + noise, 0.006),
                Proxy = new(0.4 * d + noise, 0.006),
                Effort = i,
            };
        })]);

    public static LawFit Gold(string label = "a run", double bend = 0.125, LawFitOptions? options = null) =>
        OveroptimizationLaw.BestOfN.Fit(Curve(label, bend), options);

    public static LawFit Proxy(string label = "a run") =>
        OveroptimizationLaw.BestOfN.Fit(Curve(label), new() { Target = RewardTarget.Proxy });
}
