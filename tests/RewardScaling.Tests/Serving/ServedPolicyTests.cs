using System.Text.Json;
using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>A policy behind a server: what is asked, and what its answers mean.</summary>
public sealed class ServedPolicyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // A sampler that the caller did not name may not cut: each kind has its own words and its own defaults.
    [Theory]
    [InlineData(ServerKind.OpenAi, "{\"model\":\"toy\",\"prompt\":\"p\",\"n\":2,\"max_tokens\":40,\"temperature\":1,\"top_p\":1,\"presence_penalty\":0,\"frequency_penalty\":0,\"seed\":7,\"stream\":false,\"logprobs\":1}")]
    [InlineData(ServerKind.Vllm, "{\"model\":\"toy\",\"prompt\":\"p\",\"n\":2,\"max_tokens\":40,\"temperature\":1,\"top_p\":1,\"presence_penalty\":0,\"frequency_penalty\":0,\"seed\":7,\"stream\":false,\"logprobs\":1,\"top_k\":-1,\"min_p\":0,\"repetition_penalty\":1,\"return_token_ids\":false,\"ignore_eos\":false}")]
    [InlineData(ServerKind.LlamaCpp, "{\"model\":\"toy\",\"prompt\":\"p\",\"n\":1,\"n_predict\":40,\"temperature\":1,\"top_p\":1,\"presence_penalty\":0,\"frequency_penalty\":0,\"seed\":7,\"stream\":false,\"n_probs\":1,\"top_k\":0,\"min_p\":0,\"repeat_penalty\":1,\"samplers\":[\"temperature\",\"top_k\",\"top_p\"],\"return_tokens\":true,\"cache_prompt\":false}")]
    public async Task Every_option_of_sampling_is_sent(ServerKind kind, string expected)
    {
        using var server = new LoopbackServer(request => kind == ServerKind.LlamaCpp ? Llama(request, [448, 449]) : ToyServer.Answer(request));
        using var connection = new ServerConnection(Asked.Options(server));
        await ServedPolicy.OfText(connection, Asked.Vllm with { Kind = kind }).CompleteAsync(new[] { (int)'p' }, 2, Asked.Sampling, 7, Token);
        Assert.Equal(expected, server.Seen[0].Body);
    }

    [Fact]
    public async Task Token_by_token_a_pool_has_the_servers_tokens_and_log_probabilities()
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        var policy = ServedPolicy.OfTokens(connection, new ByteTokenizer(), 200, Asked.Vllm);
        var optimizer = new BestOfNSampler(policy, new ByteTokenizer(), Asked.Sampling);
        RolloutPool pool = await optimizer.SamplePoolAsync(Asked.Prompts("one", "two"), 6, RandomStream.FromSeed(3), cancellationToken: Token);
        // Six samples are a request of four and one of two.
        Assert.Equal([2, 2, 4, 4], server.Seen.Select(static request => Body(request).GetProperty("n").GetInt32()).Order());
        for (int i = 0; i < pool.Rollouts.Count; i++)
            Assert.Equal(-pool.Rollouts.Tokens.Response(i).Length, pool.LogProbs![i]);
        Assert.All(pool.TokenLogProbs!, static logProb => Assert.Equal(-1, logProb));
        Assert.Contains("\"return_token_ids\":true", server.Seen[0].Body, StringComparison.Ordinal);
        Assert.Contains("\"ignore_eos\":true", server.Seen[0].Body, StringComparison.Ordinal);
    }

    // Raw log-probabilities at another temperature are those of another policy: the pool has none, the answer says whose they are.
    [Theory]
    [InlineData(1, 1, ServedLogProbs.Raw, true)]
    [InlineData(0.7, 1, ServedLogProbs.Raw, false)]
    [InlineData(1, 0.9, ServedLogProbs.Raw, false)]
    [InlineData(0.7, 0.9, ServedLogProbs.Processed, true)]
    [InlineData(1, 1, ServedLogProbs.None, false)]
    public async Task Log_probabilities_are_the_samplers_own_or_none(double temperature, double topP, ServedLogProbs given, bool known)
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        SamplingOptions sampling = Asked.Sampling with { Temperature = temperature, Cut = new() { TopP = topP } };
        var policy = ServedPolicy.OfText(connection, Asked.Vllm with { LogProbs = given });
        var optimizer = new BestOfNSampler(policy, new ByteTokenizer(), sampling);
        RolloutPool pool = await optimizer.SamplePoolAsync(Asked.Prompts("one"), 2, RandomStream.FromSeed(3), cancellationToken: Token);
        Assert.Equal(known, pool.LogProbs is not null);
        ServedAnswer answer = (await policy.CompleteAsync(new[] { 65 }, 1, sampling, 0, Token))[0];
        Assert.Equal(given == ServedLogProbs.Processed ? temperature : 1, answer.Temperature);
        Assert.Equal(given == ServedLogProbs.Processed ? topP : 1, answer.Cut.TopP);
    }

    [Fact]
    public async Task A_chat_without_log_probabilities_gives_texts()
    {
        using var server = new LoopbackServer(static _ => new("""{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello."},"logprobs":null}]}"""));
        using var connection = new ServerConnection(Asked.Options(server));
        var policy = ServedPolicy.OfText(connection, new() { Chat = true, SystemMessage = "Be short.", SamplesPerRequest = 1 });
        SampledBatch batch = await policy.SampleAsync(Asked.Prompts("Hi"), Asked.Sampling, new[] { RandomStream.FromSeed(1) }, Token);
        Assert.Equal("Hello.", new Rollouts(batch.Tokens, new ByteTokenizer()).Response(0));
        Assert.Null(batch.ResponseLogProbs);
        Assert.Equal("/v1/chat/completions", server.Seen[0].Path);
        Assert.StartsWith("{\"model\":\"toy\",\"messages\":[{\"role\":\"system\",\"content\":\"Be short.\"},{\"role\":\"user\",\"content\":\"Hi\"}]", server.Seen[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"prompt_token_ids\":[9,9],", "\"usage\":{}", "answered another prompt: one of 2 tokens that are not those asked")]
    [InlineData("", "\"usage\":{\"prompt_tokens\":3}", "answered another prompt: it has read 3 tokens where 2 were sent")]
    public async Task An_answer_to_another_prompt_is_a_fault(string of, string usage, string what)
    {
        using var server = new LoopbackServer(_ => new($$"""{"choices":[{"index":0,{{of}}"finish_reason":"length","text":"a","token_ids":[97],"logprobs":{"tokens":["a"],"token_logprobs":[-1] } }],{{usage}} }"""));
        using var connection = new ServerConnection(Asked.Options(server));
        var policy = ServedPolicy.OfTokens(connection, new ByteTokenizer(), 100, Asked.Vllm);
        var fault = await Assert.ThrowsAsync<ServerException>(() => policy.CompleteAsync(new[] { 65, 66 }, 1, Asked.Sampling, 0, Token).AsTask());
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    // What llama-server says, with the end token among the log-probabilities. Of a sample with half a character in it they are not
    // all there; it is scored, by tokens.
    [Theory]
    [InlineData(2), InlineData(1)]
    public async Task Tokens_of_llama_server_have_their_log_probabilities_even_where_it_leaves_some_out(int known)
    {
        using var server = new LoopbackServer(request => request.Body.Contains("grammar", StringComparison.Ordinal) || request.Path == "/detokenize"
            ? ToyServer.Answer(request) : Llama(request, [48, 0], known));
        using var connection = new ServerConnection(Asked.Options(server));
        var policy = ServedPolicy.OfTokens(connection, new ByteTokenizer(), 100, new() { Kind = ServerKind.LlamaCpp });
        ServedAnswer answer = (await policy.CompleteAsync(new[] { 1 }, 1, Asked.Sampling with { EndToken = 0 }, 0, Token))[0];
        Assert.Equal([48, 0], answer.Tokens);
        Assert.Equal("stop", answer.Finish);
        if (known == 2) Assert.Equal([-0.5f, -0.5f], answer.LogProbs);
        else Assert.Equal((float)ToyServer.LogProb([1], 48), answer.LogProbs![0]);
        var fault = await Assert.ThrowsAsync<ServerException>(() => policy.CompleteAsync(new[] { 1 }, 1, Asked.Sampling with { EndToken = 3 }, 0, Token).AsTask());
        Assert.Contains("ended a response by token 0, and SamplingOptions.EndToken is 3", fault.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => policy.CompleteAsync(new[] { 1 }, 1, Asked.Sampling, 0, Token).AsTask());
        Assert.Contains("give SamplingOptions.EndToken", refused.Message, StringComparison.Ordinal);
    }

    // A chat of llama-server says only of a single sample how many tokens it had.
    [Theory]
    [InlineData(1, true), InlineData(2, false)]
    public async Task Log_probabilities_that_may_be_incomplete_are_none(int tokens, bool known)
    {
        using var server = new LoopbackServer(_ => new($$"""{"choices":[{"index":0,"finish_reason":"stop","message":{"content":"a"},"logprobs":{"content":[{"id":5,"token":"a","logprob":-1}]} }],"usage":{"completion_tokens":{{tokens}}} }"""));
        using var connection = new ServerConnection(Asked.Options(server));
        var policy = ServedPolicy.OfText(connection, new() { Kind = ServerKind.LlamaCpp, Chat = true });
        Assert.Equal(known, (await policy.CompleteAsync(new[] { 65 }, 1, Asked.Sampling, 0, Token))[0].LogProbs is not null);
    }

    [Fact]
    public async Task A_cut_that_a_server_has_no_word_for_is_refused()
    {
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        SamplingOptions sampling = Asked.Sampling with { Cut = new() { TopK = 10 } };
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => ServedPolicy.OfText(connection).CompleteAsync(new[] { 1 }, 1, sampling, 0, Token).AsTask());
        Assert.Contains("has no top-k", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
    }

    [Theory]
    [InlineData(true, true), InlineData(false, false)]
    public async Task Reproducibility_is_measured(bool obeys, bool reproducible)
    {
        using var server = new LoopbackServer(request => obeys ? ToyServer.Answer(request)
            : ToyServer.Answer(request with { Body = request.Body.Replace("\"seed\":", $"\"seed\":{request.Number},\"said\":", StringComparison.Ordinal) }));
        using var connection = new ServerConnection(Asked.Options(server));
        SeedCheck check = await SeedCheck.MeasureAsync(ServedPolicy.OfText(connection, Asked.Vllm with { SamplesPerRequest = 1 }),
            Asked.Prompts("a", "b", "c"), Asked.Sampling, RandomStream.FromSeed(0), Token);
        Assert.Equal(reproducible, check.IsReproducible);
        Assert.Equal(obeys ? 3 : 0, check.Same);
    }

    // In llama-server's own form: one sample is no list.
    private static LoopbackAnswer Llama(LoopbackRequest request, int[] tokens, int known = 2)
    {
        string[] samples = [.. Enumerable.Range(0, Body(request).GetProperty("n").GetInt32()).Select(index =>
            $$"""{"index":{{index}},"content":".","tokens":[{{string.Join(',', tokens)}}],"stop_type":"eos","tokens_evaluated":1,"tokens_predicted":2,"truncated":false,"completion_probabilities":[{{string.Join(',', tokens.Take(known).Select(static token => $"{{\"id\":{token},\"logprob\":-0.5,\"top_logprobs\":[]}}"))}}]}""")];
        return new(samples.Length == 1 ? samples[0] : $"[{string.Join(',', samples)}]");
    }

    private static JsonElement Body(LoopbackRequest request) => JsonDocument.Parse(request.Body).RootElement;
}
