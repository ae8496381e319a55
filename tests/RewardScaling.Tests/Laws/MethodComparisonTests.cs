using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class MethodComparisonTests
{
    private static readonly double[] D = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];

    private static readonly LawFitOptions Proxy = new() { Target = RewardTarget.Proxy };

    private static RewardCurve Curve(double alpha, double beta, double slope, double noise, RandomStream stream) =>
        TestCurves.Of(D, [.. D.Select((d, i) => d * (alpha - beta * d) + noise * stream.Normal((ulong)i))],
            proxy: [.. D.Select((d, i) => slope * d + noise * stream.Normal((ulong)(100 + i)))]);

    [Fact]
    public void Exact_curves_have_the_closed_forms()
    {
        // 0.6 d - 0.1 d² = 0.5 at d = 1; 0.35 d - 0.025 d² = 0.5 at d = 7 - sqrt 29 = 1.6148...; KL are the squares.
        LawFit first = OveroptimizationLaw.BestOfN.Fit(Curve(0.6, 0.1, 0.7, 0, default)), second = OveroptimizationLaw.BestOfN.Fit(Curve(0.35, 0.025, 0.4, 0, default));
        Assert.True(MethodComparison.TryEqualGold(first, second, 0.5, out var cost));
        double expected = Math.Pow(7 - Math.Sqrt(29), 2);
        Assert.Equal(1, cost.FirstKl.Value, 1e-10);
        Assert.Equal(expected, cost.SecondKl.Value, 1e-9);
        Assert.Equal(expected, cost.Ratio.Value, 1e-9);
        Assert.False(MethodComparison.TryEqualGold(first, second, 1.1, out _)); // the first peaks at 0.9
        // Proxy 0.7 at d = 1 and at d = 1.75: gold 0.5, and 0.35 x 1.75 - 0.025 x 1.75².
        var proxies = new[] { Curve(0.6, 0.1, 0.7, 0, default), Curve(0.35, 0.025, 0.4, 0, default) }.Select(static curve => OveroptimizationLaw.Linear.Fit(curve, Proxy)).ToArray();
        Assert.True(MethodComparison.TryEqualProxy(proxies[0], first, proxies[1], second, 0.7, out var equal));
        Assert.Equal(0.5, equal.FirstGold.Value, 1e-10);
        Assert.Equal(0.5359375 - 0.5, equal.Difference.Value, 1e-10);
        Assert.Equal(0.2, ProxyGoldGap.At(proxies[0], first, new(1)).Value, 1e-10);
    }

    [Fact]
    public void Errors_are_those_of_repetitions_and_intervals_hold_the_truth()
    {
        // 1000 repetitions: the share's own error is 0.7 percent.
        int perNat = 0, kl = 0, ratio = 0, gold = 0, gap = 0;
        var root = RandomStream.FromSeed(15);
        Parallel.For(0, 1000, set =>
        {
            RewardCurve one = Curve(0.6, 0.1, 0.7, 0.01, root.Fork(2 * set)), other = Curve(0.35, 0.025, 0.4, 0.01, root.Fork(2 * set + 1));
            LawFit first = OveroptimizationLaw.BestOfN.Fit(one), second = OveroptimizationLaw.BestOfN.Fit(other),
                firstProxy = OveroptimizationLaw.Linear.Fit(one, Proxy), secondProxy = OveroptimizationLaw.Linear.Fit(other, Proxy);
            // Fits of 8 points: t quantiles, 2.45 for six degrees of freedom; for combinations of fits between that and 1.96.
            if (Holds(KlEfficiency.RewardPerNat(first, new(4)), 0.2, 2.447)) Interlocked.Increment(ref perNat);
            if (KlEfficiency.KlFor(first, 0.5).Contains(1)) Interlocked.Increment(ref kl);
            Assert.True(MethodComparison.TryEqualGold(first, second, 0.5, out var cost));
            if (Holds(cost.Ratio, Math.Pow(7 - Math.Sqrt(29), 2), 2.2)) Interlocked.Increment(ref ratio);
            Assert.True(MethodComparison.TryEqualProxy(firstProxy, first, secondProxy, second, 0.7, out var equal));
            if (Holds(equal.Difference, 0.0359375, 2.2)) Interlocked.Increment(ref gold);
            if (Holds(ProxyGoldGap.At(firstProxy, first, new(4)), 0.6, 2.3)) Interlocked.Increment(ref gap);
        });
        Assert.All([perNat, kl, ratio, gold, gap], share => Assert.True(share is >= 930 and <= 975, $"{perNat} {kl} {ratio} {gold} {gap}"));

        static bool Holds(Estimate estimate, double truth, double quantile) => Math.Abs(estimate.Value - truth) <= quantile * estimate.StandardError;
    }

    [Fact]
    public void A_level_the_lower_band_never_reaches_is_unbounded()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(Curve(0.6, 0.1, 0.7, 0.02, RandomStream.FromSeed(3)));
        double top = ((LawPeak.InsideData)fit.Peak).Reward.Value;
        var interval = KlEfficiency.KlFor(fit, top);
        Assert.True(double.IsFinite(interval.Low) && interval.Low > 0);
        Assert.Equal(double.PositiveInfinity, interval.High);
        Assert.Equal(double.PositiveInfinity, KlEfficiency.KlFor(fit, 5).Low);
        Assert.Equal(0, KlEfficiency.KlFor(fit, -1).High);
    }

    [Fact]
    public void The_gap_of_a_pool_has_the_error_over_prompts()
    {
        var pool = SharedSamplesTests.Pool(30, 32, RandomStream.FromSeed(4));
        int[] ns = [1, 4, 16];
        var gaps = ProxyGoldGap.Along(BestOfNCurve.From(pool, ns));
        for (int k = 0; k < ns.Length; k++)
        {
            var expected = Estimate.Mean([.. pool.Select(prompt => new BestOfNEstimator(prompt.Proxy, prompt.Gold)).Select(one => one.Proxy(ns[k]) - one.Gold(ns[k]))]);
            Assert.Equal(expected.Value, gaps[k].Gap.Value, 1e-12);
            Assert.Equal(expected.StandardError, gaps[k].Gap.StandardError, 1e-12);
        }
        Assert.False(ProxyGoldGap.Along(TestCurves.Of([1], [1]))[0].Gap.HasStandardError);
    }

    [Fact]
    public void Fits_of_the_wrong_reward_are_refused()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(Curve(0.6, 0.1, 0.7, 0.01, RandomStream.FromSeed(5)));
        Assert.Contains("must be of the proxy", Assert.Throws<ArgumentException>(() => ProxyGoldGap.At(fit, fit, new(1))).Message, StringComparison.Ordinal);
        var proxy = OveroptimizationLaw.Linear.Fit(Curve(0.6, 0.1, 0.7, 0.01, RandomStream.FromSeed(5)), Proxy);
        Assert.Contains("must be of gold", Assert.Throws<ArgumentException>(() => MethodComparison.TryEqualProxy(proxy, proxy, proxy, fit, 1, out _)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => KlEfficiency.RewardPerNat(fit, KlNats.Zero));
    }
}
