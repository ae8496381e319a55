using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class WhiteningTests
{
    // 1.2, 1.3, ..., 2.0: mean 1.6, population variance 60/900 = 0.0666...; with the sample variance the first would be 0.1394.
    [Fact]
    public void The_variance_is_the_population_one_and_the_mean_is_kept()
    {
        double[] values = [1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0];
        Whitening.Apply(values, keepMean: true);

        Assert.Equal(0.05080678, values[0], 1e-8);
        Assert.Equal(3.14919322, values[^1], 1e-8);
        Assert.Equal(1.6, values.Average(), 1e-12);
    }

    [Fact]
    public void Without_its_mean_a_list_has_mean_zero_and_variance_one()
    {
        double[] values = [5, -3, 0.5, 8, 2, 2];
        Whitening.Apply(values, keepMean: false);

        Assert.Equal(0, values.Average(), 1e-12);
        Assert.Equal(1, values.Average(v => v * v), 1e-8);
    }

    // (x - m) / sqrt(v + 1e-8) with deviations ± 1e-4, v = 1e-8: ± 1e-4 / sqrt(2e-8). Outside the root it would be 0.9999.
    [Fact]
    public void Epsilon_is_inside_the_root()
    {
        double[] values = [1e-4, -1e-4];
        Whitening.Apply(values, keepMean: false);

        Assert.Equal(Math.Sqrt(0.5), values[0], 1e-9);
    }

    [Fact]
    public void A_constant_list_becomes_its_mean_or_zero()
    {
        double[] kept = [3, 3, 3], removed = [3, 3, 3];
        Whitening.Apply(kept, keepMean: true);
        Whitening.Apply(removed, keepMean: false);

        Assert.Equal([3, 3, 3], kept);
        Assert.Equal([0, 0, 0], removed);
    }

    [Fact]
    public void Nothing_and_NaN_are_faults()
    {
        Assert.Throws<ArgumentException>(() => Whitening.Apply([], keepMean: false));
        Assert.Contains("values[1] is NaN",
            Assert.Throws<ArgumentException>(() => Whitening.Apply([1, double.NaN], keepMean: true)).Message);
    }
}
