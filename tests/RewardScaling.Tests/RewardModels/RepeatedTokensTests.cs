using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class RepeatedTokensTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Length less the number of different tokens: "abcd" 4 - 4, "abab" 4 - 2, "aaaa" 4 - 1, "abca" 4 - 3, "a" 1 - 1.
    [Fact]
    public async Task The_score_is_the_length_less_the_number_of_different_tokens()
    {
        var rollouts = Of(Response("abcd"), Response("abab"), Response("aaaa"), Response("abca"), Response("a"));

        Assert.Equal((double[])[0, 2, 3, 1, 0], await new RepeatedTokens().ScoreAsync(rollouts, Cancel));
    }

    [Fact]
    public async Task A_token_of_the_prompt_is_no_repetition() =>
        Assert.Equal((double[])[0, 1], await new RepeatedTokens().ScoreAsync(
            Of(Toys.Sequence(3, 'x', 'x', 'y', 'x', 'y'), Toys.Sequence(1, 'z', 'x', 'x')), Cancel));

    [Fact]
    public async Task The_order_of_the_tokens_changes_nothing_and_one_more_of_a_kind_costs_one()
    {
        var batch = Toys.Sequences(50, Toys.Stream);
        var turned = new TokenSequence[batch.Count];
        var longer = new TokenSequence[batch.Count];
        for (int i = 0; i < batch.Count; i++)
        {
            int[] response = batch.Response(i).ToArray();
            longer[i] = Toys.Sequence(1, [0, .. response, response[0]]);
            Array.Reverse(response);
            turned[i] = Toys.Sequence(1, [0, .. response]);
        }
        var model = new RepeatedTokens();
        double[] scores = await model.ScoreAsync(new(batch, new ByteTokenizer()), Cancel);

        Assert.Equal(scores, await model.ScoreAsync(Of(turned), Cancel));
        Assert.Equal(scores.Select(static score => score + 1), await model.ScoreAsync(Of(longer), Cancel));
        Assert.All(scores, static score => Assert.InRange(score, 0, Toys.ResponseLength - 1));
    }

    [Fact]
    public async Task A_cancelled_scoring_throws() => await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
        new RepeatedTokens().ScoreAsync(Of(Response("ab")), new CancellationToken(canceled: true)).AsTask());

    private static TokenSequence Response(string text) => Toys.Sequence(1, ['p', .. text.Select(static letter => (int)letter)]);

    private static Rollouts Of(params TokenSequence[] sequences) => new(new(sequences), new ByteTokenizer());
}
