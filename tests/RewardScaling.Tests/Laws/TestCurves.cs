using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

/// <summary>Curves typed in or made from a formula.</summary>
internal static class TestCurves
{
    public static RewardCurve Of(double[] distances, double[] gold, double[]? errors = null, double[]? proxy = null) =>
        new(OptimizationMethod.BestOfN, "test", [.. distances.Select((d, i) => new RewardPoint
        {
            Kl = Estimate.Exact(d * d),
            Gold = errors is null ? Estimate.WithoutError(gold[i]) : new(gold[i], errors[i]),
            Proxy = Estimate.WithoutError(proxy is null ? gold[i] : proxy[i]),
            Effort = i,
        })]);

    public static RewardCurve Of(double[] distances, Func<double, double> gold) =>
        Of(distances, Array.ConvertAll(distances, d => gold(d)));
}
