using FsCheck;
using FsCheck.Fluent;
using RewardScaling.BestOfN;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.BestOfN;

public sealed class BestOfNEstimatorTests
{
    private static readonly double[] Proxy = [0.1, 0.7, 0.4, 0.9, 0.2], Gold = [1, 3, -2, 0.5, 0];

    [Theory]
    // Averages over the 10 pairs and the 10 triples; with replacement n = 2 would give 0.66 and n = 3 0.836.
    [InlineData(1, 0.5, 0.46)]
    [InlineData(2, 0.7, 0.67)]
    [InlineData(3, 1.0, 0.79)]
    [InlineData(5, 0.5, 0.9)]
    public void It_is_the_average_over_subsets(int n, double gold, double proxy)
    {
        var estimator = new BestOfNEstimator(Proxy, Gold);
        Assert.Equal(gold, estimator.Gold(n), 1e-14);
        Assert.Equal(proxy, estimator.Proxy(n), 1e-14);
    }

    [Fact]
    public void Ties_share_their_gold()
    {
        // Pairs {1,1}, {1,0}, {1,0}: gold 2 (the mean of 4 and 0), 4 and 0. Sorting ties one way or the other gives 4/3 or 8/3.
        Assert.Equal(2, new BestOfNEstimator([1, 1, 0], [4, 0, 2]).Gold(2), 1e-15);
        Assert.Equal(2, new BestOfNEstimator([1, 1, 0], [0, 4, 2]).Gold(2), 1e-15);
    }

    [Fact]
    public void Weights_of_many_samples_sum_to_one()
    {
        var weights = BestOfNEstimator.Weights(12_600, 12_500);
        Assert.Equal(0.9920634920634921, weights[^1], 1e-16); // 12500 / 12600
        Assert.Equal(0.007874144710401557, weights[^2], 1e-17); // that times 100 / 12599
        Assert.Equal(1, weights.Sum(), 1e-13);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(100, 17)]
    [InlineData(60_000, 1)]
    [InlineData(60_000, 32_768)]
    public void Weights_start_at_n_and_sum_to_one(int samples, int n)
    {
        var weights = BestOfNEstimator.Weights(samples, n);
        Assert.All(weights.Take(n - 1), static weight => Assert.Equal(0, weight));
        Assert.Equal(1, weights.Sum(), 1e-12);
    }

    [Theory]
    [InlineData(64, 3)]
    [InlineData(12_600, 12_500)]
    [InlineData(60_000, 1024)]
    public void The_mean_rank_is_the_closed_form(int samples, int n)
    {
        // E[rank / N] of the best of n out of N without replacement is n (N + 1) / ((n + 1) N).
        var ranks = Enumerable.Range(1, samples).Select(i => (double)i / samples).ToArray();
        Assert.Equal(n * (samples + 1.0) / ((n + 1.0) * samples), new BestOfNEstimator(ranks, ranks).Gold(n), 1e-11);
    }

    [Fact]
    public void It_equals_the_average_over_every_subset_with_ties_broken_at_random() =>
        Prop.ForAll(Samples().ToArbitrary(), static sample =>
        {
            var estimator = new BestOfNEstimator(sample.Proxy, sample.Gold);
            for (int n = 1; n <= sample.Proxy.Length; n++)
            {
                var (proxy, gold) = BruteForce(sample.Proxy, sample.Gold, n);
                if (Math.Abs(estimator.Proxy(n) - proxy) > 1e-9 || Math.Abs(estimator.Gold(n) - gold) > 1e-9) return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_the_samples_does_not_change_a_bit() =>
        Prop.ForAll(Samples().ToArbitrary(), static sample =>
        {
            var order = RandomStream.FromSeed((ulong)sample.Seed).Permutation(sample.Proxy.Length);
            var shuffled = new BestOfNEstimator(order.Select(i => sample.Proxy[i]).ToArray(), order.Select(i => sample.Gold[i])
                .ToArray());
            var plain = new BestOfNEstimator(sample.Proxy, sample.Gold);
            return Enumerable.Range(1, sample.Proxy.Length).All(n => plain.Gold(n).Equals(shuffled.Gold(n))
                && plain.Proxy(n).Equals(shuffled.Proxy(n)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shifting_and_scaling_gold_shifts_and_scales_the_estimate() =>
        Prop.ForAll(Samples().ToArbitrary(), static sample =>
        {
            var plain = new BestOfNEstimator(sample.Proxy, sample.Gold);
            var moved = new BestOfNEstimator(sample.Proxy, sample.Gold.Select(static gold => 2.5 * gold - 7).ToArray());
            return Enumerable.Range(1, sample.Proxy.Length).All(n => Math.Abs(moved.Gold(n) - (2.5 * plain.Gold(n) - 7)) < 1e-9);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_is_unbiased()
    {
        // Proxy uniform on [0, 1): E[best of 3] = 3/4. 4000 prompts of 5 samples; the standard error is about 0.003.
        var stream = RandomStream.FromSeed(5).Fork("unbiased");
        var estimates = new double[4000];
        for (int p = 0; p < estimates.Length; p++)
        {
            var scores = new double[5];
            for (int s = 0; s < 5; s++) scores[s] = stream.Fork(p).Uniform((ulong)s);
            estimates[p] = new BestOfNEstimator(scores, scores).Gold(3);
        }
        var mean = Estimate.Mean(estimates);
        Assert.InRange((mean.Value - 0.75) / mean.StandardError, -3.5, 3.5);
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        Assert.Contains("proxy[1] is NaN",
            Assert.Throws<ArgumentException>(() => new BestOfNEstimator([1, double.NaN], [0, 0])).Message,
            StringComparison.Ordinal);
        Assert.Contains("gold has 1 values", Assert.Throws<ArgumentException>(() => new BestOfNEstimator([1, 2], [0])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new BestOfNEstimator([], []));
        var estimator = new BestOfNEstimator(Proxy, Gold);
        Assert.Contains("n = 6 must be in [1, 5]", Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Gold(6)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Proxy(0));
    }

    // Small whole numbers, so that ties are common.
    private static Gen<(double[] Proxy, double[] Gold, int Seed)> Samples() =>
        from count in Gen.Choose(1, 8)
        from proxy in Gen.Choose(-2, 2).ArrayOf(count)
        from gold in Gen.Choose(-50, 50).ArrayOf(count)
        from seed in Gen.Choose(0, 1_000_000)
        select (Array.ConvertAll(proxy, static x => (double)x), Array.ConvertAll(gold, static x => x / 8.0), seed);

    private static (double Proxy, double Gold) BruteForce(double[] proxy, double[] gold, int n)
    {
        double proxySum = 0, goldSum = 0;
        int subsets = 0;
        for (int mask = 0; mask < 1 << proxy.Length; mask++)
        {
            if (System.Numerics.BitOperations.PopCount((uint)mask) != n) continue;
            var members = Enumerable.Range(0, proxy.Length).Where(i => (mask >> i & 1) == 1).ToArray();
            double best = members.Max(i => proxy[i]);
            proxySum += best;
            goldSum += members.Where(i => proxy[i] == best).Average(i => gold[i]);
            subsets++;
        }
        return (proxySum / subsets, goldSum / subsets);
    }
}
