using RewardScaling.BestOfN;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.BestOfN;

public sealed class BestOfNErrorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_jackknife_is_that_of_leaving_out_each_sample(bool ties)
    {
        var stream = RandomStream.FromSeed(9);
        double[] proxy = [.. Enumerable.Range(0, 12).Select(i => ties ? stream.Below((ulong)i, 4) : stream.Uniform((ulong)i))],
            gold = [.. Enumerable.Range(0, 12).Select(i => stream.Normal((ulong)(100 + i)))];
        for (int n = 1; n < 12; n++)
        {
            double[] left = [.. Enumerable.Range(0, 12).Select(j => new BestOfNEstimator([.. proxy.Where((_, i) => i != j)], [.. gold.Where((_, i) => i != j)]).Gold(n))];
            double mean = left.Average(), error = Math.Sqrt(left.Sum(value => (value - mean) * (value - mean)) * 11 / 12);
            var estimate = new BestOfNEstimator(proxy, gold).GoldEstimate(n);
            Assert.Equal(error, estimate.StandardError, 1e-12);
            Assert.Equal(new BestOfNEstimator(proxy, gold).Gold(n), estimate.Value);
        }
        // For n = 1 it is s / sqrt(N).
        Assert.Equal(Estimate.Mean(gold).StandardError, new BestOfNEstimator(proxy, gold).GoldEstimate(1).StandardError, 1e-12);
    }

    [Fact]
    public void The_parts_are_those_of_repetitions()
    {
        // Gold = prompt's shift (deviation 0.3) + proxy + noise: over 2000 prompts the variance between is 0.09.
        var stream = RandomStream.FromSeed(10);
        var prompts = Enumerable.Range(0, 2000).Select(p =>
        {
            var draws = stream.Fork(p);
            double[] proxy = [.. Enumerable.Range(0, 40).Select(s => draws.Uniform((ulong)s))];
            return new ScoredPrompt($"{p}", proxy, [.. proxy.Select((u, s) => 0.3 * draws.Normal(5000) + u + 0.5 * draws.Normal((ulong)(100 + s)))]);
        }).ToArray();
        foreach (var error in BestOfNError.Of(prompts, [1, 2, 4, 8]))
        {
            // The share's own error is about 4 percent; the jackknife is a little too large.
            Assert.Equal(0.3 / Math.Sqrt(2000), error.Between, 0.06 * 0.3 / Math.Sqrt(2000));
            Assert.Equal(error.Gold.StandardError, Math.Sqrt(error.Within * error.Within + error.Between * error.Between), 1e-12);
        }
        var one = BestOfNError.Of(prompts, [1])[0];
        Assert.Equal(Math.Sqrt((1.0 / 12 + 0.25) / 40 / 2000), one.Within, 0.02 * one.Within);
        Assert.Contains("from samples", one.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_poisson_hedge_finds_the_best_mean_count_and_what_cannot_be_told_from_it()
    {
        // Gold u - 0.02 / (1.02 - u) of the quantile u rises and turns down near the top; the expected gold by quadrature.
        static double Gold(double u) => u - 0.02 / (1.02 - u);
        var stream = RandomStream.FromSeed(11);
        ScoredPrompt[] prompts = [.. Enumerable.Range(0, 400).Select(p =>
        {
            double[] proxy = [.. Enumerable.Range(0, 64).Select(s => stream.Fork(p).Uniform((ulong)s))];
            return new ScoredPrompt($"{p}", proxy, Array.ConvertAll(proxy, Gold));
        })];
        var hedge = HedgedBestOfPoisson.Of(prompts);
        static double Expected(double mu) => Enumerable.Range(0, 20_000).Select(static i => (i + 0.5) / 20_000)
            .Average(u => (mu * u + 1) * Math.Exp(mu * (u - 1)) * Gold(u));
        double best = Enumerable.Range(1, 400).Select(static k => 0.1 * k).MaxBy(Expected);
        Assert.InRange(best, 0.93 * hedge.SmallestPlausible, 1.07 * hedge.LargestPlausible); // neighbours of the grid are 7 percent apart
        Assert.InRange(hedge.Mu, 0.6 * best, 1.6 * best);
        Assert.InRange((hedge.Gold.Value - Expected(hedge.Mu)) / hedge.Gold.StandardError, -3.5, 3.5);
        Assert.True(hedge.LossAtLargest.Value > 3 * hedge.LossAtLargest.StandardError);
        Assert.Equal(SelectionRules.PoissonKl(hedge.Mu), hedge.Kl);
        Assert.StartsWith("best-of-Poisson with mu = ", hedge.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        ScoredPrompt a = new("a", [1, 2, 3], [1, 2, 3]);
        void Faulty(string expected, Func<object> run) => Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(run).Message, StringComparison.Ordinal);
        Faulty("at least two prompts", () => BestOfNError.Of([a], [1]));
        Faulty("n is empty", () => BestOfNError.Of([a, a], []));
        Faulty("'a' has N = 3 samples; the jackknife at n = 3", () => BestOfNError.Of([a, a], [3]));
        Faulty("n[0] = 0 must be positive", () => BestOfNError.Of([a, a], [0]));
        Faulty("n = 3 must be in [1, 2]", () => new BestOfNEstimator([1, 2, 3], [1, 2, 3]).GoldEstimate(3));
        Faulty("at least two prompts", () => HedgedBestOfPoisson.Of([a]));
        Faulty("needs at least 8", () => HedgedBestOfPoisson.Of([a, a]));
    }
}
