using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class WeightedRewardModelTests
{
    private static readonly Rollouts Two =
        new(new([Toys.Sequence(1, 'p', 'a'), Toys.Sequence(2, 'q', 'r', 'b', 'b', 'b')]), new ByteTokenizer());
    private static readonly IRewardModel Length = RewardModel.FromText(static text => text.Length);
    private static readonly IRewardModel First = RewardModel.FromText(static text => text[0]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Lengths 1 and 3, first letters 97 and 98: -0.5 * 1 + 2 * 97 = 193.5 and -0.5 * 3 + 2 * 98 = 194.5.
    [Fact]
    public async Task The_score_is_the_weighted_sum() =>
        Assert.Equal((double[])[193.5, 194.5], await new WeightedRewardModel((-0.5, Length), (2, First)).ScoreAsync(Two, Cancel));

    [Fact]
    public async Task One_term_is_a_multiple_and_sums_may_be_nested()
    {
        var half = new WeightedRewardModel((0.5, Length));

        Assert.Equal((double[])[0.5, 1.5], await half.ScoreAsync(Two, Cancel));
        Assert.Equal((double[])[2, 6], await new WeightedRewardModel((4, half), (0, First)).ScoreAsync(Two, Cancel));
    }

    [Fact]
    public async Task The_terms_are_kept_as_they_were_given()
    {
        var terms = new List<(double, IRewardModel)> { (1, Length) };
        var sum = new WeightedRewardModel(terms);
        terms[0] = (7, First);

        Assert.Equal((double[])[1, 3], await sum.ScoreAsync(Two, Cancel));
    }

    [Fact]
    public void A_sum_that_cannot_be_taken_is_refused()
    {
        Assert.Contains("terms is empty", Assert.Throws<ArgumentException>(static () => new WeightedRewardModel()).Message,
            StringComparison.Ordinal);
        Assert.Contains("terms[1].Weight", Assert.ThrowsAny<ArgumentException>(static () =>
            new WeightedRewardModel((1, Length), (double.NaN, First))).Message, StringComparison.Ordinal);
        Assert.Contains("terms[0].Model", Assert.Throws<ArgumentNullException>(static () =>
            new WeightedRewardModel((1, null!))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(static () => new WeightedRewardModel(null!));
    }

    [Fact]
    public async Task A_bad_score_of_a_term_is_named_even_where_its_weight_is_zero()
    {
        var broken = RewardModel.FromText(static text => text.Length == 3 ? double.NaN : 0);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new WeightedRewardModel((1, Length), (0, broken)).ScoreAsync(Two, Cancel).AsTask());

        Assert.Contains("rollout 1 of 2 (prompt \"qr\") the score NaN", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_scoring_throws() => await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
        new WeightedRewardModel((1, Length)).ScoreAsync(Two, new CancellationToken(canceled: true)).AsTask());
}
