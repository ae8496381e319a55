using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class ModeratedRewardModelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Limit 2, fall 3: below it the score itself; at 2.5 half a unit too much costs 1.5, at 4 two units cost 6.
    [Theory]
    [InlineData(-7, -7)]
    [InlineData(1.9, 1.9)]
    [InlineData(2, 2)]
    [InlineData(2.5, 0.5)]
    [InlineData(4, -4)]
    public async Task More_is_better_up_to_the_limit_and_worse_beyond(double score, double expected) =>
        Assert.Equal(expected, await Score(score, 2, 3), 1e-12);

    [Fact]
    public async Task No_score_is_above_the_limit_or_above_what_it_was()
    {
        for (ulong i = 0; i < 300; i += 3)
        {
            double score = 3 * Toys.Stream.Normal(i), limit = Toys.Stream.Normal(i + 1), fall = 5 * Toys.Stream.Uniform(i + 2);
            Assert.InRange(await Score(score, limit, fall), double.MinValue, Math.Min(score, limit));
        }
    }

    // Floor -1: reached at 3. A score that is below the floor without any excess stays.
    [Theory]
    [InlineData(2.5, 0.5)]
    [InlineData(3, -1)]
    [InlineData(9, -1)]
    [InlineData(-7, -7)]
    public async Task Excess_costs_no_more_than_to_the_floor(double score, double expected) =>
        Assert.Equal(expected, await Score(score, 2, 3, -1), 1e-12);

    [Fact]
    public async Task Without_a_fall_it_is_a_cap() => Assert.Equal(2, await Score(50, 2, 0));

    [Theory]
    [InlineData(double.NaN, 1, 0)]
    [InlineData(double.PositiveInfinity, 1, 0)]
    [InlineData(1, -0.1, 0)]
    [InlineData(1, double.NaN, 0)]
    [InlineData(1, 1, 1.1)]
    [InlineData(1, 1, double.NaN)]
    public void Limits_falls_and_floors_out_of_range_are_faults(double limit, double fall, double floor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModeratedRewardModel(Constant(1), limit, fall, floor));

    [Fact]
    public async Task A_score_that_is_not_a_number_is_a_fault() =>
        await Assert.ThrowsAsync<InvalidOperationException>(static async () => await Score(double.NaN, 1, 1));

    private static async Task<double> Score(double score, double limit, double fall, double floor = double.NegativeInfinity) =>
        (await new ModeratedRewardModel(Constant(score), limit, fall, floor).ScoreAsync(
            new(new([Toys.Sequence(1, 0, 1)]), new ByteTokenizer()), Cancel))[0];

    private static IRewardModel Constant(double score) => RewardModel.FromText(_ => score);
}
