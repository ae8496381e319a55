using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class TokenStyleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_score_is_the_sum_of_the_responses_weights_and_the_prompt_says_nothing()
    {
        double Weight(int token) => Toys.Stream.Normal((ulong)token);
        double[] scores = await Style().ScoreAsync(
            Of(Toys.Sequence(1, 9, 1, 2, 2), Toys.Sequence(2, 9, 8, 3), Toys.Sequence(1, 0, 1, 2, 2)), Cancel);

        Assert.Equal(Weight(1) + Weight(2) + Weight(2), scores[0], 1e-12);
        Assert.Equal(Weight(3), scores[1], 1e-12);
        Assert.Equal(scores[0], scores[2]);
    }

    // 4,000 weights of N(0, 1): their mean has the error 0.016, their variance 0.022; four of them each.
    [Fact]
    public async Task The_weights_have_mean_0_and_variance_1()
    {
        var style = new TokenStyle(4000, Toys.Stream);
        double[] weights = await style.ScoreAsync(
            Of([.. Enumerable.Range(0, 4000).Select(static token => Toys.Sequence(1, 0, token))]), Cancel);

        Assert.InRange(weights.Average(), -0.064, 0.064);
        Assert.InRange(weights.Average(static weight => weight * weight), 0.91, 1.09);
    }

    [Fact]
    public async Task A_token_outside_the_vocabulary_is_named()
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(async () =>
            await Style().ScoreAsync(Of(Toys.Sequence(1, 0, 1), Toys.Sequence(1, 0, 24)), Cancel));
        Assert.Contains("Rollout 1 has token 24", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_style_needs_a_vocabulary() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new TokenStyle(0, Toys.Stream));

    [Fact]
    public async Task A_cancelled_scoring_throws() => await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
        Style().ScoreAsync(Of(Toys.Sequence(1, 0, 1)), new CancellationToken(canceled: true)).AsTask());

    private static TokenStyle Style() => new(24, Toys.Stream);

    private static Rollouts Of(params TokenSequence[] sequences) => new(new(sequences), new ByteTokenizer());
}
