using MathNet.Numerics.Distributions;
using RewardScaling.BestOfN;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.BestOfN;

public sealed class SelectionRulesTests
{
    [Theory]
    // Numerical integrals of f ln f; digits as derived.
    [InlineData(6, 2, 0.595435275)]
    [InlineData(100, 25, 1.226989914)]
    public void Top_k_of_n_has_its_kl(int n, int k, double kl) => Assert.Equal(kl, SelectionRules.TopKKl(n, k).Value, 1e-9);

    [Theory]
    [InlineData(5)]
    [InlineData(1000)]
    public void Top_1_is_best_of_n_top_n_is_nothing_and_ln_n_over_k_is_never_reached(int n)
    {
        Assert.Equal(BestOfNTheory.Kl(n), SelectionRules.TopKKl(n, 1));
        Assert.Equal(0, SelectionRules.TopKKl(n, n).Value);
        for (int k = 2; k < n; k = 2 * k + 1)
            Assert.True(SelectionRules.TopKKl(n, k).Value < Math.Log((double)n / k)
                && SelectionRules.TopKKl(n, k) < SelectionRules.TopKKl(n, k - 1), $"k = {k}");
        Assert.Equal(BestOfNTheory.WinRate(n), SelectionRules.TopKWinRate(n, 1), 1e-15);
        Assert.Equal(0.5, SelectionRules.TopKWinRate(n, n), 1e-15);
    }

    [Fact]
    public void Best_of_poisson_has_its_mean_and_kl()
    {
        Assert.Equal(0.716166179, SelectionRules.PoissonWinRate(2), 1e-9);
        Assert.Equal(0.298724309, SelectionRules.PoissonKl(2).Value, 1e-9);
        Assert.Equal(0, SelectionRules.PoissonKl(0).Value);
        Assert.Equal(0.5, SelectionRules.PoissonWinRate(0), 1e-15);
        Assert.Equal(SelectionRules.PoissonWinRate(0.0099999), SelectionRules.PoissonWinRate(0.01), 1e-7);
    }

    [Fact]
    public void Best_of_poisson_is_the_mixture_of_best_of_n_by_simulation_of_its_count()
    {
        // E[u] = Σ Poisson(m; 3) (m+1) / (m+2).
        double expected = 0, probability = Math.Exp(-3);
        for (int m = 0; m < 60; probability *= 3.0 / ++m) expected += probability * (m + 1.0) / (m + 2);
        Assert.Equal(expected, SelectionRules.PoissonWinRate(3), 1e-12);
    }

    // Gold without a bound at u = 1: the largest of n exponentials has mean H_n = Σ 1/k, and that of n normals the means known in
    // closed form for 2 and 3 and from tables for 100.
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(60_000)]
    public void Expected_gold_of_exponentials_is_harmonic(int n) => Assert.Equal(
        Enumerable.Range(1, n).Sum(static k => 1.0 / k), SelectionRules.ExpectedGold(static u => -Math.Log(1 - u), n), 1e-9 * (1 + Math.Log(n)));

    [Fact]
    public void Expected_gold_of_normals_is_the_mean_of_their_largest()
    {
        double Largest(int n) => SelectionRules.ExpectedGold(static u => Normal.InvCDF(0, 1, u), n);
        Assert.Equal(1 / Math.Sqrt(Math.PI), Largest(2), 1e-9);
        Assert.Equal(1.5 / Math.Sqrt(Math.PI), Largest(3), 1e-9);
        Assert.Equal(2.50759, Largest(100), 5e-6);
        Assert.Equal(4.27143, Largest(60_000), 5e-6);
    }

    // P(the largest of n is above the step) = 1 - step^n.
    [Theory]
    [InlineData(0.99, 100)]
    [InlineData(1.0 / 3, 1)]
    [InlineData(0.99999, 60_000)]
    public void Expected_gold_of_a_step_is_the_chance_to_pass_it(double step, int n) => Assert.Equal(
        1 - Math.Pow(step, n), SelectionRules.ExpectedGold(u => u > step ? 1 : 0, n), 1e-9);

    [Fact]
    public void Gold_that_cannot_be_integrated_is_a_fault()
    {
        var numbers = RandomStream.FromSeed(1);
        ulong draw = 0;
        Assert.Contains("too restless", Assert.Throws<ArgumentException>(() =>
            SelectionRules.ExpectedGold(_ => numbers.Normal(draw++), 4)).Message, StringComparison.Ordinal);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() =>
            SelectionRules.ExpectedGold(static u => u > 0.5 ? double.NaN : 0, 4)).Message, StringComparison.Ordinal);
    }

    // Density 2 P(Binomial(5, s) < 3), a polynomial, by the midpoint rule.
    [Fact]
    public void The_three_best_of_six_have_their_kl_to_ten_digits()
    {
        const int Steps = 400_000;
        double sum = 0;
        for (int i = 0; i < Steps; i++)
        {
            double s = (i + 0.5) / Steps, rest = 1 - s;
            double density = 2 * (Math.Pow(rest, 5) + 5 * s * Math.Pow(rest, 4) + 10 * s * s * Math.Pow(rest, 3));
            sum += density * Math.Log(density) / Steps;
        }
        Assert.Equal(0.35592145978, sum, 2e-11);
        Assert.Equal(sum, SelectionRules.TopKKl(6, 3).Value, 2e-11);
    }

    [Fact]
    public void Expected_gold_of_a_hump_peaks_between_12_and_13()
    {
        // g(u) = u^12 (1 - u) / C, C = (12/13)^12 / 13: E[best of 12] = E[best of 13] = 0.679389175, maximum at sqrt 156.
        double scale = Math.Pow(12.0 / 13, 12) / 13;
        double Gold(double u) => Math.Pow(u, 12) * (1 - u) / scale;
        Assert.Equal(0.679389175, SelectionRules.ExpectedGold(Gold, 12), 1e-9);
        Assert.Equal(0.679389175, SelectionRules.ExpectedGold(Gold, 13), 1e-9);
        double top = SelectionRules.ExpectedGold(Gold, Math.Sqrt(156));
        Assert.True(top > SelectionRules.ExpectedGold(Gold, Math.Sqrt(156) - 0.05)
            && top > SelectionRules.ExpectedGold(Gold, Math.Sqrt(156) + 0.05));
    }

    [Fact]
    public void A_hedge_finds_the_best_n_and_what_cannot_be_told_from_it()
    {
        double scale = Math.Pow(12.0 / 13, 12) / 13;
        var stream = RandomStream.FromSeed(21);
        var prompts = new ScoredPrompt[400];
        for (int p = 0; p < prompts.Length; p++)
        {
            double[] proxy = [.. Enumerable.Range(0, 128).Select(s => stream.Fork(p).Uniform((ulong)s))];
            prompts[p] = new($"{p}", proxy, Array.ConvertAll(proxy, u => Math.Pow(u, 12) * (1 - u) / scale));
        }
        var hedge = HedgedBestOfN.Of(prompts, [1, 2, 4, 8, 10, 12, 13, 15, 20, 32, 64, 128]);
        Assert.InRange(hedge.N, 10, 15);
        Assert.Equal(0.679, hedge.Gold.Value, 0.01);
        Assert.Contains(hedge.N, hedge.Plausible);
        Assert.DoesNotContain(1, hedge.Plausible);
        Assert.DoesNotContain(128, hedge.Plausible);
        Assert.True(hedge.LossAtLargest.Value > 10 * hedge.LossAtLargest.StandardError);
        Assert.StartsWith($"best-of-{hedge.N}: gold ", hedge.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"; at the largest n tried gold is {hedge.LossAtLargest} lower", hedge.ToString(), StringComparison.Ordinal);
        // Gold still rises at the largest tried: there is no loss to report, and more might be better.
        var rising = HedgedBestOfN.Of(prompts, [1, 2, 4, 8]);
        Assert.Equal((8, 0), (rising.N, rising.LossAtLargest.Value));
        Assert.EndsWith("; the largest n tried gives no less, so the best may be larger still", rising.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_prefix_estimator_uses_the_first_n_and_agrees_at_n_equal_to_all()
    {
        double[] proxy = [0.1, 0.7, 0.4, 0.9, 0.2], gold = [1, 3, -2, 0.5, 0];
        Assert.Equal(3, BestOfNEstimator.PrefixGold(proxy, gold, 3));
        Assert.Equal(new BestOfNEstimator(proxy, gold).Gold(5), BestOfNEstimator.PrefixGold(proxy, gold, 5));
        Assert.Equal(2, BestOfNEstimator.PrefixGold([1, 1, 0], [4, 0, 2], 2));
    }

    [Fact]
    public void An_interval_of_kl_becomes_one_of_n()
    {
        var interval = BestOfNTheory.Samples(new ConfidenceInterval(BestOfNTheory.Kl(5).Value, double.PositiveInfinity, 0.95));
        Assert.Equal(5, interval.Low, 1e-9);
        Assert.Equal(double.PositiveInfinity, interval.High);
    }

    [Fact]
    public void Numbers_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => SelectionRules.TopKKl(5, 6));
        Assert.Throws<ArgumentOutOfRangeException>(static () => SelectionRules.PoissonKl(-1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => SelectionRules.ExpectedGold(static u => u, 0.5));
        Assert.Throws<ArgumentException>(static () => HedgedBestOfN.Of([new("a", [1], [1])], [1]));
    }
}
