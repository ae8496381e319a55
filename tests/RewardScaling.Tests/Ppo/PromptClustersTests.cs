using RewardScaling.Models;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class PromptClustersTests
{
    [Fact]
    public void Sequences_with_the_same_prompt_tokens_share_a_cluster()
    {
        var batch = new TokenBatch([
            new(new[] { 1, 2, 9 }, 2), new(new[] { 1, 2 }, 1), new(new[] { 1, 2, 8 }, 2),
            new(new[] { 2, 1, 9 }, 2), new(new[] { 1, 7 }, 1)]);

        Assert.Equal([0, 1, 0, 2, 1], PromptClusters.Of(batch));
    }

    [Fact]
    public void A_single_prompt_is_all_there_is_and_its_rollouts_count_one_by_one() =>
        Assert.Empty(PromptClusters.Of(new([new(new[] { 1, 2 }, 1), new(new[] { 1, 7 }, 1)])));
}
