using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class EstimateTests
{
    [Fact]
    public void The_mean_carries_its_standard_error()
    {
        // 1, 2, 3, 6: mean 3, squared deviations 4 + 1 + 0 + 9 = 14, s^2 = 14 / 3, standard error sqrt(14 / 3 / 4).
        Estimate mean = Estimate.Mean([1, 2, 3, 6]);
        Assert.Equal(3, mean.Value);
        Assert.Equal(Math.Sqrt(14.0 / 12), mean.StandardError, 1e-15);
    }

    [Fact]
    public void Equal_values_have_no_error() => Assert.Equal(new Estimate(0.1, 0), Estimate.Mean([0.1, 0.1]));

    [Fact]
    public void A_large_offset_does_not_swallow_the_error() =>
        // The deviations are taken from the mean, not as a difference of squares: 1e9 + {0, 1} has s^2 = 1/2, error 1/2.
        Assert.Equal(0.5, Estimate.Mean([1e9, 1e9 + 1]).StandardError, 1e-12);

    [Fact]
    public void One_value_has_a_mean_but_no_error()
    {
        Estimate mean = Estimate.Mean([7]);
        Assert.Equal(7, mean.Value);
        Assert.False(mean.HasStandardError);
        Assert.Throws<InvalidOperationException>(() => mean.StandardError);
    }

    [Fact]
    public void An_exact_number_has_error_zero_and_one_without_error_says_so()
    {
        Assert.Equal(0, Estimate.Exact(2).StandardError);
        Assert.True(Estimate.Exact(2).HasStandardError);
        Assert.False(Estimate.WithoutError(2).HasStandardError);
    }

    [Fact]
    public void What_is_no_number_is_a_fault()
    {
        Assert.StartsWith("values is empty", Assert.Throws<ArgumentException>(() => Estimate.Mean([])).Message, StringComparison.Ordinal);
        Assert.StartsWith("values[1] is NaN", Assert.Throws<ArgumentException>(() => Estimate.Mean([1, double.NaN])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Estimate(double.NaN, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Estimate(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Estimate(0, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => Estimate.WithoutError(double.NaN));
    }

    [Fact]
    public void It_is_shown_with_its_error()
    {
        Assert.Equal("1.25 ± 0.04", new Estimate(1.25, 0.04).ToString());
        Assert.Equal("1.25", Estimate.WithoutError(1.25).ToString());
    }
}
