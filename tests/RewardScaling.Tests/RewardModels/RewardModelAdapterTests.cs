using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class RewardModelAdapterTests
{
    private static readonly Rollouts Three = new(
        new([Toys.Sequence(1, 'p', 'a'), Toys.Sequence(1, 'q', 'b', 'b'), Toys.Sequence(2, 'r', 's', 'c', 'c', 'c')]),
            new ByteTokenizer());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_function_of_the_response_is_a_reward_model()
    {
        Assert.Equal((double[])[-1, -2, -3], await RewardModel.FromText(text => -text.Length).ScoreAsync(Three, Cancel));
        Assert.Equal((double[])[97, 98, 99], await RewardModel.FromText(text => text[0]).ScoreAsync(Three, Cancel));
    }

    [Fact]
    public async Task A_function_of_prompt_and_response_is_a_reward_model() =>
        Assert.Equal((double[])[11, 12, 23],
            await RewardModel.FromText((prompt, response) => 10 * prompt.Length + response.Length).ScoreAsync(Three, Cancel));

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Remote_calls_keep_their_order_and_their_limit(int callsAtOnce)
    {
        int underWay = 0, most = 0;
        IRewardModel model = RewardModel.FromRemote(async (rollout, token) =>
        {
            int now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            await Task.Delay(rollout.Response.Length == 1 ? 20 : 1, token);
            Interlocked.Decrement(ref underWay);
            return rollout.Response.Length;
        }, callsAtOnce);
        Assert.Equal((double[])[1, 2, 3], await model.ScoreAsync(Three, Cancel));
        Assert.InRange(most, 1, callsAtOnce);
    }

    [Theory]
    [InlineData(1, new[] { 1, 1, 1 })]
    [InlineData(2, new[] { 2, 1 })]
    [InlineData(64, new[] { 3 })]
    public async Task Batches_are_cut_to_size(int perCall, int[] sizes)
    {
        var seen = new List<int>();
        IRewardModel model = RewardModel.FromRemoteBatch((rollouts, _) =>
        {
            seen.Add(rollouts.Count);
            return ValueTask.FromResult<IReadOnlyList<double>>([.. rollouts.Select(r => r.Prompt.Length + 0.5)]);
        }, perCall);
        Assert.Equal((double[])[1.5, 1.5, 2.5], await model.ScoreAsync(Three, Cancel));
        Assert.Equal(sizes, seen);
    }

    [Fact]
    public async Task A_batch_with_a_score_missing_is_named()
    {
        IRewardModel model = RewardModel.FromRemoteBatch((rollouts, _) =>
            ValueTask.FromResult<IReadOnlyList<double>>(new double[rollouts.Count - 1]), 2);
        string message =
            (await Assert.ThrowsAsync<InvalidOperationException>(() => model.ScoreAsync(Three, Cancel).AsTask())).Message;
        Assert.Contains("1 scores for the 2 rollouts from 0", message);
    }

    [Fact]
    public async Task What_a_function_throws_arrives_as_it_is()
    {
        await Assert.ThrowsAsync<TimeoutException>(() =>
            RewardModel.FromText(_ => throw new TimeoutException()).ScoreAsync(Three, Cancel).AsTask());
        await Assert.ThrowsAsync<TimeoutException>(() =>
            RewardModel.FromRemote((_, _) => throw new TimeoutException()).ScoreAsync(Three, Cancel).AsTask());
    }

    [Fact]
    public async Task A_cancelled_scoring_throws()
    {
        using var source = new CancellationTokenSource();
        IRewardModel model = RewardModel.FromRemote(async (_, token) =>
        {
            source.Cancel();
            await Task.Delay(Timeout.Infinite, token);
            return 0;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.ScoreAsync(Three, source.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RewardModel.FromText(_ => 0).ScoreAsync(Three, source.Token).AsTask());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task A_score_that_is_not_finite_is_named_with_its_index(double bad)
    {
        IRewardModel model = RewardModel.FromText(text => text.Length == 2 ? bad : 1);
        string message =
            (await Assert.ThrowsAsync<InvalidOperationException>(() => model.ScoreCheckedAsync(Three, Cancel).AsTask())).Message;
        Assert.Contains($"rollout 1 of 3 (prompt \"q\") the score {bad.ToString(System.Globalization.CultureInfo.InvariantCulture)}", message);
    }

    [Fact]
    public async Task Too_few_scores_are_counted()
    {
        string message = (await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new Broken([1, 2]).ScoreCheckedAsync(Three, Cancel).AsTask())).Message;
        Assert.Contains("Broken returned 2 scores for 3 rollouts", message);
        message = (await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new Broken(null!).ScoreCheckedAsync(Three, Cancel).AsTask())).Message;
        Assert.Contains("returned null", message);
    }

    [Fact]
    public async Task Gold_is_scaled_to_mean_zero_and_variance_one_on_what_it_was_measured_on()
    {
        var rollouts = new Rollouts(Toys.Sequences(400, Toys.Stream), new ByteTokenizer());
        IRewardModel raw = RewardModel.FromText(text => 1000 + 3 * text.Sum(c => (double)c));
        RewardModelNormalization normalization = await RewardModelNormalization.MeasureAsync(raw, rollouts, Cancel);
        double[] gold = await normalization.Apply(raw).ScoreAsync(rollouts, Cancel), before =
            await raw.ScoreAsync(rollouts, Cancel);
        Assert.Equal(0, gold.Average(), 12);
        Assert.Equal(1, gold.Select(g => g * g).Average(), 12);
        double[] proxy = await normalization.Recentered.Apply(raw).ScoreAsync(rollouts, Cancel);
        Assert.Equal(0, proxy.Average(), 9);
        Assert.Equal(before[7] - before[3], proxy[7] - proxy[3], 9);
        Assert.Equal(before, await RewardModelNormalization.None.Apply(raw).ScoreAsync(rollouts, Cancel));
    }

    // Scores 1, 2, 3, 4: mean 2.5, variance with divisor 4 is (2.25 + 0.25 + 0.25 + 2.25) / 4 = 1.25.
    [Fact]
    public void The_deviation_has_the_divisor_count()
    {
        RewardModelNormalization normalization = RewardModelNormalization.FromScores([1, 2, 3, 4]);
        Assert.Equal(2.5, normalization.Mean, 15);
        Assert.Equal(Math.Sqrt(1.25), normalization.StandardDeviation, 15);
        Assert.Equal(1.5 / Math.Sqrt(1.25), normalization.Apply(4), 15);
    }

    [Fact]
    public async Task A_model_that_tells_nothing_apart_cannot_be_normalised()
    {
        Assert.Contains("tells no rollout apart", Assert.Throws<ArgumentException>(() => RewardModelNormalization.FromScores([0.1, 0.1, 0.1])).Message);
        Assert.Contains("at least 2", Assert.Throws<ArgumentException>(() => RewardModelNormalization.FromScores([1])).Message);
        Assert.Contains("scores[1]", Assert.Throws<ArgumentException>(() => RewardModelNormalization.FromScores([1, double.NaN])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RewardModelNormalization(0, 0).Apply(RewardModel.FromText(_ => 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new RewardModelNormalization(double.NaN, 1).Apply(RewardModel.FromText(_ => 0)));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new RewardModelNormalization(0, 1).Apply(RewardModel.FromText(_ => double.NaN)).ScoreAsync(Three, Cancel).AsTask());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = target;
        while (seen < value && Interlocked.CompareExchange(ref target, value, seen) is var was && was != seen) seen = was;
    }

    private sealed class Broken(double[] scores) : IRewardModel
    {
        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(scores);
    }
}
