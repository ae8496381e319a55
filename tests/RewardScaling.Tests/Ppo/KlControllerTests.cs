using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class KlControllerTests
{
    // 0.15 (1 ± 0.2 x 512 / 10000).
    [Theory]
    [InlineData(12, 0.151536)]
    [InlineData(3, 0.148464)]
    [InlineData(6, 0.15)]
    [InlineData(6.6, 0.150768)]   // error 0.1 lies inside the clip
    [InlineData(0, 0.148464)]
    [InlineData(1e6, 0.151536)]
    public void The_adaptive_coefficient_follows_Ziegler(double kl, double expected) =>
        Assert.Equal(expected, new AdaptiveKlController().Next(0.15, kl, 512), 1e-12);

    [Fact]
    public void The_coefficient_never_turns_negative() =>
        Assert.Equal(0, new AdaptiveKlController { Horizon = 10 }.Next(0.15, 0, 512));

    [Fact]
    public void The_fixed_coefficient_stays() => Assert.Equal(0.15, KlController.Fixed.Next(0.15, 1e9, 512));

    [Fact]
    public void Defaults_are_those_of_the_paper() =>
        Assert.Equal((6.0, 10_000.0), (new AdaptiveKlController().Target, new AdaptiveKlController().Horizon));

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var fault = Assert.Throws<ArgumentException>(() =>
            new AdaptiveKlController { Target = 0, Horizon = double.NaN }.Validate());

        Assert.Equal("AdaptiveKlController: Target = 0 must be positive and finite. Horizon = NaN must be positive and finite.",
            fault.Message);
    }

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(1, double.NaN, 1)]
    [InlineData(1, 1, 0)]
    public void Bad_arguments_are_faults(double coefficient, double kl, int rollouts) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveKlController().Next(coefficient, kl, rollouts));
}
