using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class GeneralizedAdvantageTests
{
    private static (double[] Advantages, double[] Returns) Compute(
        double[] rewards, float[] values, int[] offsets, double discount, double lambda)
    {
        double[] advantages = new double[rewards.Length], returns = new double[rewards.Length];
        GeneralizedAdvantage.Compute(rewards, values, offsets, discount, lambda, advantages, returns);
        return (advantages, returns);
    }

    // δ = 0.09, 0.12, 0.2; A_3 = 0.2, A_2 = 0.12 + 0.95 x 0.2 = 0.31, A_1 = 0.09 + 0.95 x 0.31 = 0.3845.
    [Fact]
    public void Three_tokens_by_hand()
    {
        var (advantages, returns) = Compute([-0.01, 0.02, 0.5], [0.1f, 0.2f, 0.3f], [0, 3], 1, 0.95);

        Close([0.3845, 0.31, 0.2], advantages);
        Close([0.4845, 0.51, 0.5], returns);
    }

    [Fact]
    public void Sequences_of_different_lengths_do_not_see_each_other()
    {
        double[] rewards = [-0.01, 0.02, 0.5, 7, 1, -1];
        float[] values = [0.1f, 0.2f, 0.3f, -2, 0.5f, 0.25f];
        var (together, _) = Compute(rewards, values, [0, 3, 4, 6], 0.9, 0.8);
        var (first, _) = Compute(rewards[..3], values[..3], [0, 3], 0.9, 0.8);
        var (second, _) = Compute(rewards[3..4], values[3..4], [0, 1], 0.9, 0.8);
        var (third, _) = Compute(rewards[4..], values[4..], [0, 2], 0.9, 0.8);

        Assert.Equal([.. first, .. second, .. third], together);
    }

    [Fact]
    public void An_empty_sequence_takes_no_room()
    {
        var (advantages, _) = Compute([1, 2], [0, 0], [0, 1, 1, 2], 1, 1);

        Assert.Equal([1, 2], advantages);
    }

    // Equation 16 of Schulman et al. 2016: A_t = Σ_l (γλ)^l δ_{t+l}, summed forwards here and backwards there.
    [Theory]
    [InlineData(1, 0.95)]
    [InlineData(0.9, 0.5)]
    [InlineData(1, 1)]
    [InlineData(0.99, 0)]
    public void It_equals_the_discounted_sum_of_temporal_differences(double discount, double lambda)
    {
        double[] rewards = [0.3, -1, 0.25, 2, -0.5];
        float[] values = [0.5f, -0.25f, 1, 0.75f, 2];
        var (advantages, returns) = Compute(rewards, values, [0, 5], discount, lambda);
        for (int t = 0; t < 5; t++)
        {
            double expected = 0;
            for (int l = 0; t + l < 5; l++)
            {
                double delta = rewards[t + l] + discount * (t + l < 4 ? values[t + l + 1] : 0) - values[t + l];
                expected += Math.Pow(discount * lambda, l) * delta;
            }
            Assert.Equal(expected, advantages[t], 1e-12);
            Assert.Equal(expected + values[t], returns[t], 1e-12);
        }
    }

    [Fact]
    public void With_lambda_and_discount_one_the_return_is_the_sum_of_rewards_to_come()
    {
        var (_, returns) = Compute([1, 2, 3], [9, -4, 0.5f], [0, 3], 1, 1);

        Close([6, 5, 3], returns);
    }

    [Theory]
    [InlineData(-0.1, 0.5)]
    [InlineData(1.1, 0.5)]
    [InlineData(double.NaN, 0.5)]
    [InlineData(1, -0.1)]
    [InlineData(1, 1.01)]
    public void Discount_and_lambda_lie_in_the_unit_interval(double discount, double lambda) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute([1], [1], [0, 1], discount, lambda));

    [Fact]
    public void Lists_of_other_lengths_are_faults()
    {
        Assert.Contains("values has 1", Assert.Throws<ArgumentException>(() => Compute([1, 2], [1], [0, 2], 1, 1)).Message);
        Assert.Contains("rewards has 2", Assert.Throws<ArgumentException>(() => Compute([1, 2], [1, 2], [0, 3], 1, 1)).Message);
        Assert.Contains("offsets is empty", Assert.Throws<ArgumentException>(() => Compute([], [], [], 1, 1)).Message);
    }

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-7); // values come as float
    }
}
