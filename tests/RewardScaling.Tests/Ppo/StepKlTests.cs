using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class StepKlTests
{
    // Reference values F: the expectation over the sampling policy equals the divergence, 0.02526715392157.
    [Fact]
    public void Its_expectation_over_old_samples_is_the_divergence_of_old_from_new()
    {
        double[] old = [0.5, 0.3, 0.2], updated = [0.4, 0.4, 0.2];
        double expectation = old.Zip(updated, (p, q) => p * StepKl.Token(Math.Log(q), Math.Log(p))).Sum();

        Assert.Equal(0.02526715392157, expectation, 1e-13);
    }

    [Fact]
    public void It_is_zero_for_equal_policies_and_never_negative()
    {
        Assert.Equal(0, StepKl.Token(-1.25, -1.25));
        for (double x = -5; x <= 5; x += 0.25) Assert.True(StepKl.Token(x, 0) >= 0);
    }
}
