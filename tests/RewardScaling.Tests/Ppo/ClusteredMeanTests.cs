using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class ClusteredMeanTests
{
    [Fact]
    public void With_one_value_per_cluster_it_is_the_plain_standard_error()
    {
        double[] values = [1, 4, -2, 0.5];
        Estimate expected = Estimate.Mean(values), actual = ClusteredMean.Of(values, [0, 1, 2, 3]);

        Assert.Equal(expected.Value, actual.Value, 1e-15);
        Assert.Equal(expected.StandardError, actual.StandardError, 1e-15);
    }

    // Answers that repeat bring no news: the error is that of the two prompts, s / sqrt(2) = |3 - 1| / 2 = 1.
    [Fact]
    public void Copies_of_an_answer_do_not_shrink_the_error()
    {
        var estimate = ClusteredMean.Of([1, 3, 1, 3, 1, 3], [0, 1, 0, 1, 0, 1]);

        Assert.Equal(2, estimate.Value, 1e-15);
        Assert.Equal(1, estimate.StandardError, 1e-15);
    }

    [Fact]
    public void A_single_prompt_is_the_whole_population() =>
        Assert.Equal(Estimate.Mean([1, 2, 6]), ClusteredMean.Of([1, 2, 6], [0, 0, 0]));

    [Fact]
    public void Sequences_with_the_same_prompt_tokens_share_a_cluster()
    {
        var batch = new TokenBatch([
            new(new[] { 1, 2, 9 }, 2), new(new[] { 1, 2 }, 1), new(new[] { 1, 2, 8 }, 2), new(new[] { 2, 1, 9 }, 2), new(new[] { 1, 7 }, 1)]);

        Assert.Equal([0, 1, 0, 2, 1], ClusteredMean.ByPrompt(batch));
    }
}
