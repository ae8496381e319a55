using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class KlRewardTests
{
    private static double[] Compute(float[] policy, float[] reference, double[] scores, int[] offsets, double coefficient)
    {
        var rewards = new double[policy.Length];
        Array.Fill(rewards, 99);
        KlReward.Compute(policy, reference, scores, offsets, coefficient, rewards);
        return rewards;
    }

    // -0.05 x (-0.3315, -0.0426, 0.6351) and the score 0.4 on the last: 0.4 - 0.031755 = 0.368245.
    [Fact]
    public void Each_token_pays_and_the_last_receives_the_score()
    {
        double[] rewards = Compute([-0.3315f, -0.0426f, 0.6351f], [0, 0, 0], [0.4], [0, 3], 0.05);

        Assert.Equal(0.016575, rewards[0], 1e-8);
        Assert.Equal(0.00213, rewards[1], 1e-8);
        Assert.Equal(0.368245, rewards[2], 1e-8);
    }

    [Fact]
    public void The_sum_over_a_sequence_is_score_less_coefficient_times_its_log_ratio()
    {
        float[] policy = [-1, -2, -0.5f, -3], reference = [-1.5f, -1, -2, -0.25f];
        double[] rewards = Compute(policy, reference, [2, -1], [0, 1, 4], 0.3);

        Assert.Equal(2 - 0.3 * 0.5, rewards[0], 1e-12);
        Assert.Equal(-1 - 0.3 * (-1 + 1.5 - 2.75), rewards[1..].Sum(), 1e-12);
    }

    [Fact]
    public void Without_a_penalty_only_the_last_token_is_rewarded_and_no_reference_is_needed() =>
        Assert.Equal([0, 5, 0, 0, -2], Compute([-1, -1, -1, -1, -1], [], [5, -2], [0, 2, 5], 0));

    [Fact]
    public void What_does_not_fit_is_a_fault()
    {
        Assert.Contains("Sequence 1 has no response token",
            Assert.Throws<ArgumentException>(() => Compute([-1], [], [5, 2], [0, 1, 1], 0)).Message);
        Assert.Contains("referenceLogProbs has 0",
            Assert.Throws<ArgumentException>(() => Compute([-1], [], [5], [0, 1], 0.1)).Message);
        Assert.Contains("offsets has 2", Assert.Throws<ArgumentException>(() => Compute([-1], [], [5, 1], [0, 1], 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute([-1], [-1], [5], [0, 1], -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute([-1], [-1], [5], [0, 1], double.NaN));
    }
}
