using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>Given tokens, scored by servers of each kind; and the KL that comes of it.</summary>
public sealed class TokenScorerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.OpenAi), InlineData(ServerKind.Vllm), InlineData(ServerKind.SgLang), InlineData(ServerKind.LlamaCpp)]
    public async Task Every_kind_scores_the_tokens_it_is_given(ServerKind kind)
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        // The first has half a character in it, the last ends with the toy's end token, which no grammar may name.
        var batch = new TokenBatch([new(new[] { 5, 6, 7, 200, 8 }, 2), new(new[] { 9 }, 1), new(new[] { 5, 1, 2, 0 }, 1)]);
        float[] logProbs = await new ServedTokenScorer(connection, kind, endToken: 0).LogProbsAsync(batch, Token);
        Assert.Equal([(float)ToyServer.LogProb([5, 6], 7), (float)ToyServer.LogProb([5, 6, 7], 200), (float)ToyServer.LogProb([5, 6, 7, 200], 8), (float)ToyServer.LogProb([5], 1),
            (float)ToyServer.LogProb([5, 1], 2), (float)ToyServer.LogProb([5, 1, 2], 0)], logProbs);
        Assert.All(server.Seen.Where(static request => request.Path == "/completion"), static request => Assert.Contains("\"cache_prompt\":false", request.Body, StringComparison.Ordinal));
        // Neither the end nor half a character is named in a grammar.
        Assert.All(server.Seen, static request => Assert.DoesNotMatch("<\\[(0|200)\\]>", request.Body));
    }

    [Theory]
    [InlineData(ServerKind.OpenAi, """{"choices":[{"index":0,"text":"a","finish_reason":"length","logprobs":{"tokens":["a"],"token_logprobs":[-1]}}]}""", "gave log-probabilities of 1 tokens where 3 were given; does it ignore echo")]
    [InlineData(ServerKind.Vllm, """{"choices":[{"index":0,"prompt_logprobs":[null,{"6":{"logprob":-1}},{"9":{"logprob":-1}}]}]}""", "scored another token than 7 at place 0")]
    [InlineData(ServerKind.SgLang, """{"meta_info":{"input_token_logprobs":[[null,5,null],[-1,6,null],[-1,9,null]]}}""", "scored token 9 at place 0, where 7 was given")]
    [InlineData(ServerKind.LlamaCpp, """{"content":"a","completion_probabilities":[{"id":9,"logprob":-1}]}""", "scored token 9 at place 0, where 7 was given")]
    public async Task Another_token_than_the_one_given_is_a_fault(ServerKind kind, string answer, string what)
    {
        using var server = new LoopbackServer(_ => new(answer));
        using var connection = new ServerConnection(Asked.Options(server));
        var fault = await Assert.ThrowsAsync<ServerException>(() => new ServedTokenScorer(connection, kind)
            .LogProbsAsync(new([new(new[] { 5, 6, 7 }, 2)]), Token).AsTask());
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.Contains("sequence 0 of 1 (1 tokens behind 2)", fault.Message, StringComparison.Ordinal);
    }

    // Log-probabilities by hand: drift and mismatch add up, and each is found in its place.
    [Fact]
    public async Task Drift_and_mismatch_are_told_apart()
    {
        RolloutPool pool = Pool(-1.0f);
        ServedKl kl = await ServedKl.MeasureAsync(pool, Alternating(-1.1f, -0.9f), Alternating(-1.9f, -0.5f), cancellationToken: Token);
        Assert.Equal(20 * 0.2, kl.K1.Value.Value, 1e-5);
        Assert.Equal(100, kl.K1.Clusters);
        Assert.Equal(0, kl.Mismatch!.Value.Value, 1e-5);
        Assert.Equal(0.1, kl.LargestDifference, 1e-6);
        Assert.Equal(0, kl.MismatchErrors);
        Assert.Contains("0 within error", kl.ToString(), StringComparison.Ordinal);
        ServedKl other = await ServedKl.MeasureAsync(pool, Alternating(-1.3f, -0.9f), Alternating(-1.9f, -0.5f), cancellationToken: Token);
        Assert.True(other.MismatchErrors > 5, $"{other.MismatchErrors}");
        Assert.Contains("they are not the same model", other.ToString(), StringComparison.Ordinal);
        ServedKl alone = await ServedKl.MeasureAsync(pool, null, Alternating(-1.4f, -0.8f), cancellationToken: Token);
        Assert.Null(alone.Mismatch);
        Assert.Contains("is not known", alone.ToString(), StringComparison.Ordinal);
    }

    // A sampler that keeps 80 % of the mass lies above the policy at every token.
    [Fact]
    public async Task Samples_of_a_cut_are_found_out()
    {
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => ServedKl.MeasureAsync(Pool(-0.777f), Alternating(-1, -1), Alternating(-1.9f, -0.5f), cancellationToken: Token));
        Assert.Contains("the sampler cut the distribution (top-p or top-k) and kept 80.0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_log_probabilities_there_is_best_of_n_and_no_kl()
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => ServedKl.MeasureAsync(new(ServedRewardModelTests.Given(4), 2), null, Alternating(-1, -1), cancellationToken: Token));
        Assert.Contains("there is best-of-n and no KL", fault.Message, StringComparison.Ordinal);
    }

    private static RolloutPool Pool(float logProb)
    {
        var tokens = new TokenBatch([.. Enumerable.Range(0, 200).Select(static i => new TokenSequence(new int[21], 1))]);
        return new(new(tokens, new ByteTokenizer()), 2) { TokenLogProbs = [.. Enumerable.Repeat(logProb, tokens.TotalResponseTokens)] };
    }

    private static HandScorer Alternating(float even, float odd) => new(even, odd);

    private sealed class HandScorer(float even, float odd) : ITokenScorer
    {
        public ValueTask<float[]> LogProbsAsync(TokenBatch batch, CancellationToken cancellationToken = default) => ValueTask.FromResult(
            Enumerable.Range(0, batch.TotalResponseTokens).Select(t => t % 2 == 0 ? even : odd).ToArray());
    }
}
