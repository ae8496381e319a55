using RewardScaling.BestOfN;
using RewardScaling.Divergence;

namespace RewardScaling.Tests.BestOfN;

public sealed class BestOfNTheoryTests
{
    // ln n - (n-1)/n; the first column is exact arithmetic, good to the digits shown.
    [Theory]
    [InlineData(1, 0.0, 0.0, 0.5)]
    [InlineData(2, 0.1931471806, 0.4394851312, 0.66666667)]
    [InlineData(4, 0.6362943611, 0.7976806135, 0.8)]
    [InlineData(16, 1.8350887222, 1.3546544660, 0.94117647)]
    [InlineData(100, 3.6151701860, 1.9013600885, 0.99009901)]
    [InlineData(1000, 5.9087552790, 2.4307931378, 0.99900100)]
    [InlineData(60000, 10.0021165079, 3.1626122917, 0.99998333)]
    public void Kl_distance_and_win_rate_are_the_tabulated_ones(int n, double kl, double distance, double winRate)
    {
        Assert.Equal(kl, BestOfNTheory.Kl(n).Value, 1e-10);
        Assert.Equal(distance, BestOfNTheory.Kl(n).Sqrt().Value, 1e-10);
        Assert.Equal(winRate, BestOfNTheory.WinRate(n), 5e-9);
    }

    [Theory]
    [InlineData(1000, 6, 0.1)]     // "about 6 nats" and
    [InlineData(60000, 10, 0.01)]  // "about 10 nats", Gao et al. 2022, section 3.1
    [InlineData(12500, 8.4, 0.05)] // "roughly 8.4 nats", Coste et al. 2024, section 4.3
    public void Kl_agrees_with_the_papers(int n, double nats, double tolerance) =>
        Assert.Equal(nats, BestOfNTheory.Kl(n).Value, tolerance);

    [Theory]
    // Near n = 1 the two terms cancel. With x = n - 1: KL = x²/2 - 2x³/3 + 3x⁴/4 - ...
    [InlineData(1e-3, 4.993340825342e-7)] // 5e-7 - 6.666666667e-10 + 7.5e-13 - 8e-16 + 8e-19
    [InlineData(1e-6, 4.99999333334e-13)]
    public void Kl_keeps_its_digits_near_one(double excess, double expected)
    {
        double n = 1 + excess, x = n - 1;
        double reference =
            x * x / 2 - 2 * x * x * x / 3 + 3 * x * x * x * x / 4 - 4 * x * x * x * x * x / 5 + 5 * x * x * x * x * x * x / 6;
        Assert.Equal(1, BestOfNTheory.Kl(n).Value / reference, 1e-11);
        Assert.Equal(1, BestOfNTheory.Kl(n).Value / expected, 1e-9);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.0000001)]
    [InlineData(1.009)]
    [InlineData(1.02)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(7967.8)]
    [InlineData(60000)]
    [InlineData(1e100)]
    public void Samples_is_the_inverse_of_kl(double n) =>
        Assert.Equal(1, BestOfNTheory.Samples(BestOfNTheory.Kl(n)) / n, 1e-9 + (n > 1e50 ? 1e-12 : 0));

    [Fact]
    public void The_peak_of_the_85M_reward_model_lies_at_its_published_n() =>
        // alpha 0.599, beta 0.106: KL* = (0.599 / 0.212)² = 7.98329, n* = 7967.8.
        Assert.Equal(7967.8, BestOfNTheory.Samples(new KlNats(Math.Pow(0.599 / 0.212, 2))), 0.05);

    [Theory]
    [InlineData(0.999)]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_impossible_n_is_refused_by_name(double n)
    {
        Assert.Contains("n = ", Assert.Throws<ArgumentOutOfRangeException>(() => BestOfNTheory.Kl(n)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => BestOfNTheory.WinRate(n));
    }

    [Fact]
    public void Best_of_4_twice_with_perfect_distillation_is_best_of_16() =>
        // Neither d nor KL adds up: (2 x 0.79768)² = 2.5451774 and 2 x 0.63629 = 1.2725887 differ from 1.8350887222.
        Assert.Equal(1.8350887222, BestOfNTheory.Kl(4 * 4).Value, 1e-10);
}
