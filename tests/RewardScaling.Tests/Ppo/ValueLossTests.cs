using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class ValueLossTests
{
    [Theory]
    [InlineData(1.0, 0.5, 2, 0.845, true)]    // clipped to 0.7: 0.5 x 1.3²
    [InlineData(1.0, 0.9, 2, 0.5, false)]     // inside the range: 0.5 x 1²
    [InlineData(1.0, 0.5, 0, 0.5, false)]     // 0.5 x max(1, 0.49)
    [InlineData(-0.5, 0, 3, 6.125, false)]    // 0.5 x max(3.5, 3.2)²
    public void The_loss_is_half_the_larger_square(double value, double oldValue, double target, double loss, bool clipped)
    {
        var token = ValueLoss.Token(value, oldValue, target, 0.2);

        Assert.Equal(loss, token.Value, 1e-12);
        Assert.Equal(clipped, token.Clipped);
    }

    [Fact]
    public void The_derivative_is_that_of_the_loss_by_the_new_value()
    {
        foreach (double clip in new[] { 0.2, double.PositiveInfinity })
            foreach (double target in new[] { -1.1, 0.33, 2.4 })
                foreach (double value in new[] { -0.9, 0.15, 0.45, 0.6, 1.3 })
                {
                    double expected = Differences.Central(x => ValueLoss.Token(x, 0.3, target, clip).Value, value);
                    Assert.Equal(expected, ValueLoss.Token(value, 0.3, target, clip).Derivative, 1e-8);
                }
    }

    [Fact]
    public void Without_a_clip_it_is_half_the_squared_error() =>
        Assert.Equal(new(12.5, -5, false), ValueLoss.Token(-3, 40, 2, double.PositiveInfinity));

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    public void A_clip_must_be_positive(double clip) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ValueLoss.Token(0, 0, 0, clip));
}
