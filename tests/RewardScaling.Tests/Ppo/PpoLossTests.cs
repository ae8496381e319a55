using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class PpoLossTests
{
    // Schulman et al. 2017, equation 7, by hand: -min(rA, clip(r)A) with c = 0.2.
    [Theory]
    [InlineData(1, 1.5, -1.2, true)]      // the gain is cut at 1.2
    [InlineData(-1, 1.5, 1.5, false)]     // the loss is not
    [InlineData(-1, 0.5, 0.8, true)]
    [InlineData(1, 0.5, -0.5, false)]
    [InlineData(2, 1.1, -2.2, false)]     // inside the range nothing is clipped
    [InlineData(-2, 0.9, 1.8, false)]
    [InlineData(0, 3, 0, false)]
    public void The_surrogate_takes_the_smaller_of_both_gains(double advantage, double ratio, double loss, bool clipped)
    {
        var token = PpoLoss.Token(Math.Log(ratio) - 0.7, -0.7, advantage, 0.2);

        Assert.Equal(loss, token.Value, 1e-12);
        Assert.Equal(clipped, token.Clipped);
        if (clipped) Assert.Equal(0, token.Derivative);
    }

    // Ye et al. 2020, equation 5: for A < 0 the loss is at most -kA. With k = 3, A = -2: 6 from ratio 3 on.
    [Theory]
    [InlineData(-2, 2.9, 5.8, false)]
    [InlineData(-2, 3.1, 6, true)]
    [InlineData(-2, 50, 6, true)]
    [InlineData(2, 50, -2.4, true)]       // a positive advantage does not know the dual clip
    public void The_dual_clip_bounds_the_loss_of_a_negative_advantage(double advantage, double ratio, double loss, bool clipped)
    {
        var token = PpoLoss.Token(Math.Log(ratio), 0, advantage, 0.2, dualClip: 3);

        Assert.Equal(loss, token.Value, 1e-12);
        Assert.Equal(clipped, token.Clipped);
    }

    [Fact]
    public void The_derivative_is_that_of_the_loss_by_the_new_log_probability()
    {
        foreach (double dualClip in new[] { double.PositiveInfinity, 1.5 })
            foreach (double advantage in new[] { -1.7, -0.3, 0.4, 2.1 })
                // Kinks lie at ratio 0.8, 1.2 and 1.5; the log-ratios stay away from them.
                foreach (double logRatio in new[] { -1.0, -0.3, -0.15, 0, 0.1, 0.25, 0.35, 0.7 })
                {
                    double logOld = -1.3, logNew = logOld + logRatio;
                    double expected = Differences.Central(x => PpoLoss.Token(x, logOld, advantage, 0.2, dualClip).Value, logNew);
                    Assert.Equal(expected, PpoLoss.Token(logNew, logOld, advantage, 0.2, dualClip).Derivative, 1e-8);
                }
    }

    [Fact]
    public void At_a_ratio_of_one_the_gradient_is_that_of_reinforce() =>
        Assert.Equal(new(-0.9, -0.9, false), PpoLoss.Token(-2.5, -2.5, 0.9, 0.2));

    [Theory]
    [InlineData(0, 3)]
    [InlineData(-0.1, 3)]
    [InlineData(double.NaN, 3)]
    [InlineData(0.2, 1)]
    [InlineData(0.2, double.NaN)]
    public void A_clip_that_clips_nothing_sensible_is_a_fault(double clip, double dualClip) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PpoLoss.Token(0, 0, 1, clip, dualClip));
}
