using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.BestOfN;

public sealed class BestOfNSamplerTests
{
    private static readonly SamplingOptions Three = new() { ResponseLength = 3 };
    private static readonly TokenBatch Prompts = new([new(new[] { 1, 2 }, 2), new(new[] { 3 }, 1), new(new[] { 4, 5, 6 }, 3)]);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task The_chunk_size_changes_nothing(int chunk)
    {
        var whole = await Sampler(1000).SamplePoolAsync(Prompts, 5, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        var pieces = await Sampler(chunk).SamplePoolAsync(Prompts, 5, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(whole.Rollouts.Tokens.Tokens.ToArray(), pieces.Rollouts.Tokens.Tokens.ToArray());
        Assert.Equal((3, 5), (pieces.PromptCount, pieces.SamplesPerPrompt));
        var scores = await Sampler(1000).ScoreAsync(whole, new SumOfTokens(),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(scores, await Sampler(chunk).ScoreAsync(whole, new SumOfTokens(),
            cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rollouts_are_grouped_by_prompt_and_drawn_from_streams_of_prompt_and_sample()
    {
        var stream = RandomStream.FromSeed(9);
        var pool = await Sampler(4).SamplePoolAsync(Prompts, 5, stream,
            cancellationToken: TestContext.Current.CancellationToken);
        for (int p = 0; p < 3; p++)
            for (int s = 0; s < 5; s++)
            {
                Assert.Equal(Prompts.Prompt(p).ToArray(), pool.Rollouts.Tokens.Prompt(p * 5 + s).ToArray());
                for (int t = 0; t < 3; t++)
                    Assert.Equal((int)(stream.Fork(p).Fork(s).Uniform((ulong)t) * 100),
                        pool.Rollouts.Tokens.Response(p * 5 + s)[t]);
            }
        var small = await Sampler(4).SamplePoolAsync(Prompts, 2, stream,
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(pool.Rollouts.Tokens.Response(6).ToArray(), small.Rollouts.Tokens.Response(3).ToArray());
        var other = await Sampler(4).SamplePoolAsync(Prompts, 5, RandomStream.FromSeed(10),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEqual(pool.Rollouts.Tokens.Tokens.ToArray(), other.Rollouts.Tokens.Tokens.ToArray());
    }

    // The reward model waits until this thread has its task in hand; on this thread it would wait in vain.
    [Fact]
    public async Task Scoring_gives_the_callers_thread_back_at_once()
    {
        var pool = await Sampler(4).SamplePoolAsync(Prompts, 2, RandomStream.FromSeed(3), cancellationToken: TestContext.Current.CancellationToken);
        using var inHand = new ManualResetEventSlim();
        bool wasGiven = true;
        var patient = RewardScaling.RewardModels.RewardModel.FromText(text =>
        {
            wasGiven = wasGiven && inHand.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            return text.Length;
        });
        var scoring = Sampler(4).ScoreAsync(pool, patient, cancellationToken: TestContext.Current.CancellationToken);
        inHand.Set();
        Assert.Equal(6, (await scoring).Length);
        Assert.True(wasGiven);
    }

    [Fact]
    public async Task The_best_of_n_is_kept_for_every_prompt()
    {
        var pool = await Sampler(4).SamplePoolAsync(Prompts, 6, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        var scores = await Sampler(4).ScoreAsync(pool, new SumOfTokens(),
            cancellationToken: TestContext.Current.CancellationToken);
        var choices = await Sampler(4).SelectAsync(Prompts, 6, new SumOfTokens(), RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, choices.Count);
        for (int p = 0; p < 3; p++)
        {
            Assert.Equal(scores.Skip(6 * p).Take(6).Max(), choices[p].Score);
            Assert.Equal(pool.Rollouts.Tokens.Response(6 * p + choices[p].Sample).ToArray(), choices[p].Tokens);
            Assert.Equal(pool.Rollouts.Response(6 * p + choices[p].Sample), choices[p].Response);
        }
    }

    [Fact]
    public async Task A_pool_becomes_scored_prompts()
    {
        var pool = await Sampler(4).SamplePoolAsync(Prompts, 2, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        var prompts = pool.Scored([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60]);
        Assert.Equal([3.0, 4], prompts[1].Proxy.ToArray());
        Assert.Equal([50.0, 60], prompts[2].Gold.ToArray());
        Assert.Contains("gold has 1 values",
            Assert.Throws<ArgumentException>(() => pool.Scored([1, 2, 3, 4, 5, 6], [1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_scores_are_named()
    {
        var pool = await Sampler(4).SamplePoolAsync(Prompts, 2, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        var notFinite = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Sampler(4).ScoreAsync(pool, new Fixed([1, 2, 3, 4], [1, double.NaN]),
            cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("Fixed gave rollout 5 of 6 (prompt 2, \"4 5 6\", sample 1) the score NaN", notFinite.Message,
            StringComparison.Ordinal);
        var tooFew = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Sampler(4).ScoreAsync(pool, new Fixed([1, 2, 3]), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("3 scores for 4 rollouts", tooFew.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_ends_at_the_total_and_cancelling_stops()
    {
        var told = new List<BestOfNProgress>();
        var pool = await Sampler(4).SamplePoolAsync(Prompts, 3, RandomStream.FromSeed(3), new Immediate(told),
            TestContext.Current.CancellationToken);
        Assert.Equal([4, 8, 9], told.Select(static p => p.Done));
        Assert.All(told, static p => Assert.Equal(("sampling", 9), (p.Stage, p.Total)));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Sampler(4).SamplePoolAsync(Prompts, 3, RandomStream.FromSeed(3), cancellationToken: cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Sampler(4).ScoreAsync(pool, new SumOfTokens(), cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task Faults_name_what_is_wrong()
    {
        Assert.Contains("ChunkSize = 0", Assert.Throws<ArgumentException>(static () => Sampler(0)).Message,
            StringComparison.Ordinal);
        var answered = new TokenBatch([new(new[] { 1, 2 }, 1)]);
        var error = await Assert.ThrowsAsync<ArgumentException>(() =>
            Sampler(4).SamplePoolAsync(answered, 3, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("prompts[0] already has a response", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Sampler(4).SamplePoolAsync(Prompts, 0, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(1024, new BestOfNOptions().ChunkSize);
    }

    private static BestOfNSampler Sampler(int chunk) =>
        new(new UniformPolicy(), new Numbers(), Three, new() { ChunkSize = chunk });

    /// <summary>Token t of a response is its stream's t-th uniform number times the vocabulary.</summary>
    private sealed class UniformPolicy : IPolicy
    {
        public int VocabularySize => 100;

        public int ContextLength => 16;

        public ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options,
            ReadOnlyMemory<RandomStream> streams, CancellationToken cancellationToken = default)
        {
            var sequences = new TokenSequence[prompts.Count];
            for (int i = 0; i < sequences.Length; i++)
            {
                var stream = streams.Span[i];
                int[] response = [.. Enumerable.Range(0, options.ResponseLength)
                    .Select(t => (int)(stream.Uniform((ulong)t) * VocabularySize))];
                sequences[i] = new((int[])[.. prompts.Prompt(i), .. response], prompts.Prompt(i).Length);
            }
            var tokens = new TokenBatch(sequences);
            return ValueTask.FromResult(new SampledBatch(tokens, new float[tokens.TotalResponseTokens],
                new float[tokens.TotalResponseTokens]));
        }
    }

    private sealed class Numbers : ITokenizer
    {
        public int VocabularySize => 100;

        public int[] Encode(string text) => [.. text.Split(' ').Select(int.Parse)];

        public string Decode(ReadOnlySpan<int> tokens) => string.Join(' ', tokens.ToArray());
    }

    private sealed class SumOfTokens : IRewardModel
    {
        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Enumerable.Range(0, rollouts.Count)
                .Select(i => (double)rollouts.Tokens.Response(i).ToArray().Sum()).ToArray());
    }

    private sealed class Fixed(params double[][] answers) : IRewardModel
    {
        private int _call;

        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(answers[_call++]);
    }

    private sealed class Immediate(List<BestOfNProgress> told) : IProgress<BestOfNProgress>
    {
        public void Report(BestOfNProgress value) => told.Add(value);
    }
}
