using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

/// <summary>Reward models behind calls that fail and that cost: tried again, and asked once for each text.</summary>
public sealed class RemoteScoringTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Rollouts Texts(params string[] responses)
    {
        var bytes = new ByteTokenizer();
        return new(new TokenBatch([.. responses.Select(text => new TokenSequence((int[])[.. bytes.Encode("p"), .. bytes.Encode(text)], promptLength: 1))]), bytes);
    }

    // Writes down how long each wait would be, and waits for nothing.
    private sealed class HurriedClock : TimeProvider
    {
        public List<double> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (Waits) Waits.Add(dueTime.TotalSeconds);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    [Fact]
    public async Task A_fault_that_may_pass_is_tried_again_with_waits_that_double()
    {
        int calls = 0;
        var clock = new HurriedClock();
        IRewardModel model = RewardModel.FromRemote((rollout, _) => ++calls < 4 ? throw new HttpRequestException("busy") : ValueTask.FromResult(7.0),
            new RemoteScoringOptions { Clock = clock });
        Assert.Equal((double[])[7], await model.ScoreAsync(Texts("a"), Cancel));
        Assert.Equal((4, "0.5 1 2"), (calls, string.Join(' ', clock.Waits)));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(1, 1)]
    public async Task After_the_last_attempt_the_fault_arrives_as_it_is(int attempts, int expected)
    {
        int calls = 0;
        IRewardModel model = RewardModel.FromRemote((_, _) => { calls++; throw new TimeoutException("the end"); },
            new RemoteScoringOptions { Attempts = attempts, FirstDelay = TimeSpan.Zero });
        Assert.Equal("the end", (await Assert.ThrowsAsync<TimeoutException>(() => model.ScoreAsync(Texts("a"), Cancel).AsTask())).Message);
        Assert.Equal(expected, calls);
    }

    [Fact]
    public async Task A_fault_that_cannot_pass_is_not_tried_again()
    {
        int calls = 0;
        IRewardModel model = RewardModel.FromRemote((_, _) => { calls++; throw new FormatException("no number"); }, new RemoteScoringOptions());
        await Assert.ThrowsAsync<FormatException>(() => model.ScoreAsync(Texts("a"), Cancel).AsTask());
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData(0, 7)]    // nothing kept: every text of both scorings
    [InlineData(10, 3)]   // a, bb, ccc once each, though bb comes twice at once
    [InlineData(2, 4)]    // one of the three finds no room and is asked for again
    public async Task A_text_seen_before_is_not_asked_for_again(int kept, int expected)
    {
        int calls = 0;
        IRewardModel model = RewardModel.FromRemote((rollout, _) =>
        {
            Interlocked.Increment(ref calls);
            return ValueTask.FromResult((double)rollout.Response.Length);
        }, new RemoteScoringOptions { CachedScores = kept });
        Assert.Equal((double[])[1, 2, 3, 2], await model.ScoreAsync(Texts("a", "bb", "ccc", "bb"), Cancel));
        Assert.Equal((double[])[3, 2, 1], await model.ScoreAsync(Texts("ccc", "bb", "a"), Cancel));
        Assert.Equal(expected, calls);
    }

    [Fact]
    public async Task What_is_no_score_is_not_kept()
    {
        int calls = 0;
        IRewardModel model = RewardModel.FromRemote((_, _) => ValueTask.FromResult(++calls == 1 ? double.NaN : 5.0),
            new RemoteScoringOptions { CachedScores = 10 });
        Assert.Equal(double.NaN, (await model.ScoreAsync(Texts("a"), Cancel))[0]);
        Assert.Equal(5.0, (await model.ScoreAsync(Texts("a"), Cancel))[0]);
    }

    [Fact]
    public void Options_that_cannot_be_followed_are_all_named()
    {
        string message = Assert.Throws<ArgumentException>(() => RewardModel.FromRemote((_, _) => default,
            new RemoteScoringOptions { CallsAtOnce = 0, Attempts = 0, CachedScores = -1, FirstDelay = -TimeSpan.FromSeconds(1) })).Message;
        foreach (string name in new[] { "CallsAtOnce = 0", "Attempts = 0", "CachedScores = -1", "FirstDelay = -00:00:01" })
            Assert.Contains(name, message, StringComparison.Ordinal);
    }
}
