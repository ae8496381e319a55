using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class MethodTests
{
    private static readonly double[] D = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];

    private static LawFit Fit(OveroptimizationLaw law, double[] d, Func<double, double> reward, string label) =>
        law.Fit(new(OptimizationMethod.BestOfN, label,
            TestCurves.Of(d, [.. d.Select((x, i) => reward(x) + 0.002 * (i % 2 == 0 ? 1 : -1))]).Points));

    [Fact]
    public void The_degree_of_overoptimization_is_the_area_between_over_the_area_below()
    {
        // ∫ x (0.05 + 0.08 x) = 0.945 over ∫ x (0.6 - 0.1 x) = 1.8 on 0..3.
        double gamma = OveroptimizationDegree.Of(static d => d.Value * (0.6 - 0.1 * d.Value), static d =>
            d.Value * (0.65 - 0.02 * d.Value), new(3));
        Assert.Equal(0.525, gamma, 1e-12);
        Assert.Throws<ArgumentException>(static () =>
            OveroptimizationDegree.Of(static d => -d.Value, static d => d.Value, new(3)));
    }

    [Fact]
    public void The_degree_of_overoptimization_takes_each_fit_in_its_place()
    {
        var curve = TestCurves.Of(D, [.. D.Select(static d => d * (0.6 - 0.1 * d))],
            proxy: [.. D.Select(static d => d * (0.65 - 0.02 * d))]);
        LawFit gold = OveroptimizationLaw.BestOfN.Fit(curve),
            proxy = OveroptimizationLaw.BestOfN.Fit(curve, new() { Target = RewardTarget.Proxy });
        Assert.Equal(0.525, OveroptimizationDegree.Of(gold, proxy, new(3)), 1e-10);
        Assert.Contains("this one must be of", Assert.Throws<ArgumentException>(() =>
            OveroptimizationDegree.Of(proxy, gold, new(3))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OveroptimizationDegree.Of(gold, gold, new(3)));
    }

    [Fact]
    public void Quadratic_growth_of_kl_has_exponent_two()
    {
        RewardPoint At(int step) => new()
        {
            Kl = Estimate.Exact(0.003 * step * step * (step % 2 == 0 ? 1.01 : 0.99)),
            Gold = Estimate.WithoutError(0),
            Proxy = Estimate.WithoutError(0),
            Effort = step,
        };
        var points = Enumerable.Range(0, 12).Select(At);
        var growth = KlGrowth.Of(new(OptimizationMethod.ReinforcementLearning, "ppo", [.. points]));
        Assert.Equal(2, growth.Exponent.Value, 0.02);
        Assert.True(growth.Interval.Contains(2));
        Assert.Equal(11, growth.PointCount);
        Assert.Throws<ArgumentException>(static () => KlGrowth.Of(TestCurves.Of([1, 2], [1, 2])));
    }

    [Fact]
    public void Reward_per_nat_falls_along_a_curve_and_the_kl_for_a_reward_is_its_inverse()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, static d => d * (0.49 - 0.12 * d)));
        Assert.Equal(0.37, KlEfficiency.RewardPerNat(fit, new(1)).Value, 1e-12);
        Assert.True(KlEfficiency.TryKlFor(fit, 0.37, out var kl));
        Assert.Equal(1, kl.Value, 1e-10);
        Assert.False(KlEfficiency.TryKlFor(fit, 0.51, out _)); // the peak is 0.5002
        Assert.True(KlEfficiency.TryKlFor(fit, -1, out kl));
        Assert.Equal(0, kl.Value);
    }

    [Fact]
    public void Advice_does_not_compare_a_fit_with_itself()
    {
        LawFit fit = Fit(OveroptimizationLaw.BestOfN, D, static d => d * (0.49 - 0.12 * d), "small proxy"),
            other = Fit(OveroptimizationLaw.BestOfN, D, static d => d * (0.4 - 0.12 * d), "other");
        Assert.StartsWith("fits[2] is fits[0] again, the best-of-n law of 'small proxy'; give each choice once.",
            Assert.Throws<ArgumentException>(() => Advice.Of([fit, other, fit])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_asks_for_fits_of_gold()
    {
        Assert.Throws<ArgumentException>(static () => Advice.Of([]));
        var proxy = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, static d => d), new() { Target = RewardTarget.Proxy });
        Assert.Contains("does not know when to stop", Assert.Throws<ArgumentException>(() => Advice.Of([proxy])).Message,
            StringComparison.Ordinal);
    }
}
