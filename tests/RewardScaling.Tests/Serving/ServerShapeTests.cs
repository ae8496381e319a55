using System.Text.Json;
using RewardScaling.Models;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>
/// Answers with every member that the response models of the servers have, in the order in which they are written: vLLM
/// (entrypoints/openai/completion/protocol.py, entrypoints/pooling/*/protocol.py), SGLang (srt/entrypoints/openai/protocol.py, and
/// /generate), Text Embeddings Inference (router/src/http/types.rs); and requests whose members all are among those of their
/// request models, which TEI and SGLang would ignore without a word were they others.
/// </summary>
public sealed class ServerShapeTests
{
    private const string VllmSamples = """
        {"id":"cmpl-3f","object":"text_completion","created":1764350000,"model":"toy","choices":[
         {"index":0,"text":" a","logprobs":{"text_offset":[0,2],"token_logprobs":[-0.5,-9999.0],"tokens":["token_id:97","token_id:0"],"top_logprobs":[{"token_id:97":-0.5},{"token_id:0":-9999.0}]},
          "finish_reason":"stop","stop_reason":0,"token_ids":[97,0],"prompt_logprobs":null,"prompt_token_ids":[65,66]},
         {"index":1,"text":"bc","logprobs":{"text_offset":[0,1],"token_logprobs":[-1.5,-0.25],"tokens":["b","c"],"top_logprobs":[{"b":-1.5},{"c":-0.25}]},
          "finish_reason":"length","stop_reason":null,"token_ids":[98,99],"prompt_logprobs":null,"prompt_token_ids":[65,66]}],
         "service_tier":null,"system_fingerprint":null,"usage":{"prompt_tokens":2,"total_tokens":6,"completion_tokens":4,"prompt_tokens_details":null},"kv_transfer_params":null}
        """;

    private const string SgLangSamples = """
        {"id":"a1","object":"text_completion","created":1764350000,"model":"default","choices":[
         {"index":0,"text":" a","logprobs":{"text_offset":[-1,-1],"token_logprobs":[-0.5,-2.0],"tokens":[" a",""],"top_logprobs":[{" a":-0.5},{"":-2.0}]},"finish_reason":"stop","matched_stop":0,"token_ids":[97,0],"prompt_token_ids":[65,66]},
         {"index":1,"text":"bc","logprobs":{"text_offset":[-1,-1],"token_logprobs":[-1.5,-0.25],"tokens":["b","c"],"top_logprobs":[{"b":-1.5},{"c":-0.25}]},"finish_reason":"length","matched_stop":null,"token_ids":[98,99],"prompt_token_ids":[65,66]}],
         "usage":{"prompt_tokens":2,"total_tokens":6,"completion_tokens":4,"prompt_tokens_details":null,"reasoning_tokens":0},"metadata":{"weight_version":"default"}}
        """;

    private static readonly string[] s_vllmCompletions = ["model", "prompt", "frequency_penalty", "logprobs", "max_tokens", "n", "presence_penalty", "seed", "stream", "temperature", "top_p", "top_k",
        "min_p", "repetition_penalty", "stop_token_ids", "ignore_eos", "prompt_logprobs", "return_token_ids"],
        s_sgLangCompletions = [.. s_vllmCompletions.Except(["prompt_logprobs"])],
        s_sgLangGenerate = ["input_ids", "sampling_params", "return_logprob", "logprob_start_len"],
        s_vllmScore = ["model", "text_1", "text_2", "use_activation"], s_vllmInput = ["model", "input", "use_activation"],
        s_teiPredict = ["inputs", "truncate", "raw_scores"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.Vllm, VllmSamples, float.NegativeInfinity)]
    [InlineData(ServerKind.SgLang, SgLangSamples, -2f)]
    public async Task Samples_in_a_servers_own_shape_are_read_whole(ServerKind kind, string answer, float last)
    {
        using var server = new LoopbackServer(_ => new(answer));
        using var connection = new ServerConnection(Asked.Options(server));
        var policy = ServedPolicy.OfTokens(connection, new ByteTokenizer(), 100, new() { Kind = kind });
        // An infinite log-probability cannot be of a token that was drawn.
        if (float.IsNegativeInfinity(last))
        {
            var fault = await Assert.ThrowsAsync<ServerException>(() => policy.CompleteAsync(new[] { 65, 66 }, 2, Asked.Sampling with { EndToken = 0 }, 7, Token).AsTask());
            Assert.Contains("the log-probability -9999", fault.Message, StringComparison.Ordinal);
            answer = answer.Replace("-9999.0", "-2.0", StringComparison.Ordinal);
            last = -2;
        }
        IReadOnlyList<ServedAnswer> answers = await policy.CompleteAsync(new[] { 65, 66 }, 2, Asked.Sampling with { EndToken = 0 }, 7, Token);
        Assert.Equal([97, 0], answers[0].Tokens);
        Assert.Equal([-0.5f, last], answers[0].LogProbs);
        Assert.Equal("stop", answers[0].Finish);
        Assert.Equal([98, 99], answers[1].Tokens);
        Assert.Equal([-1.5f, -0.25f], answers[1].LogProbs);
        Assert.Equal("length", answers[1].Finish);
        Assert.Equal((2, 4), (connection.Statistics.PromptTokens, connection.Statistics.CompletionTokens));
        RequireKnown(server, kind == ServerKind.Vllm ? s_vllmCompletions : s_sgLangCompletions, "/v1/completions");
    }

    // vLLM writes -9999 where a log-probability is minus infinity.
    [Fact]
    public async Task Given_tokens_of_vLLM_in_its_own_shape()
    {
        using var server = new LoopbackServer(static _ => new("""
            {"id":"cmpl-9","object":"text_completion","created":1764350000,"model":"toy","choices":[{"index":0,"text":"x","logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null,
             "prompt_logprobs":[null,{"6":{"logprob":-3.5,"rank":9,"decoded_token":"\u0006"}},{"7":{"logprob":-0.75,"rank":1,"decoded_token":"\u0007"}},{"8":{"logprob":-9999.0,"rank":50257,"decoded_token":"\b"},"9":{"logprob":-0.1,"rank":1,"decoded_token":"\t"}}],
             "prompt_token_ids":null}],"service_tier":null,"system_fingerprint":null,"usage":{"prompt_tokens":4,"total_tokens":5,"completion_tokens":1,"prompt_tokens_details":null},"kv_transfer_params":null}
            """));
        using var connection = new ServerConnection(Asked.Options(server));
        float[] logProbs = await new ServedTokenScorer(connection, ServerKind.Vllm).LogProbsAsync(new([new(new[] { 5, 6, 7, 8 }, 2)]), Token);
        Assert.Equal([-0.75f, float.NegativeInfinity], logProbs);
        RequireKnown(server, s_vllmCompletions, "/v1/completions");
    }

    [Fact]
    public async Task Given_tokens_of_SGLang_in_its_own_shape()
    {
        using var server = new LoopbackServer(static _ => new("""
            {"text":"x","output_ids":[120],"meta_info":{"id":"b2","finish_reason":{"type":"length","length":1},"prompt_tokens":4,"weight_version":"default","total_retractions":0,
             "input_token_logprobs":[[null,5,null],[-3.5,6,null],[-0.75,7,null],[-1.25,8,null]],"output_token_logprobs":[[-0.5,120,null]],"completion_tokens":1,"cached_tokens":0,"e2e_latency":0.01,"response_sent_to_client_ts":1764350000.5}}
            """));
        using var connection = new ServerConnection(Asked.Options(server));
        float[] logProbs = await new ServedTokenScorer(connection, ServerKind.SgLang).LogProbsAsync(new([new(new[] { 5, 6, 7, 8 }, 2)]), Token);
        Assert.Equal([-0.75f, -1.25f], logProbs);
        RequireKnown(server, s_sgLangGenerate, "/generate");
    }

    [Theory]
    [InlineData(ScoringContract.VllmScore, "/score", """{"id":"score-1","object":"list","created":1764350000,"model":"toy","data":[{"index":0,"object":"score","score":-1.25},{"index":1,"object":"score","score":2.5}],"usage":{"prompt_tokens":20,"total_tokens":20,"completion_tokens":0,"prompt_tokens_details":null}}""")]
    [InlineData(ScoringContract.VllmClassify, "/classify", """{"id":"classify-1","object":"list","created":1764350000,"model":"toy","data":[{"index":0,"label":"LABEL_0","probs":[-1.25],"num_classes":1},{"index":1,"label":null,"probs":[2.5],"num_classes":1}],"usage":{"prompt_tokens":20,"total_tokens":20,"completion_tokens":0,"prompt_tokens_details":null}}""")]
    [InlineData(ScoringContract.VllmPooling, "/pooling", """{"id":"pool-1","object":"list","created":1764350000,"model":"toy","data":[{"index":0,"object":"pooling","data":[[0.5],[-1.25]]},{"index":1,"object":"pooling","data":[2.5]}],"usage":{"prompt_tokens":20,"total_tokens":20,"completion_tokens":0,"prompt_tokens_details":null}}""")]
    [InlineData(ScoringContract.TeiPredict, "/predict", """[[{"score":-1.25,"label":"LABEL_0"}],[{"score":2.5,"label":"LABEL_0"}]]""")]
    public async Task Scores_in_a_servers_own_shape(ScoringContract contract, string path, string answer)
    {
        using var server = new LoopbackServer(_ => new(answer));
        using var connection = new ServerConnection(Asked.Options(server));
        double[] scores = await new ServedRewardModel(connection, new() { Contract = contract }).ScoreAsync(ServedRewardModelTests.Given(2), Token);
        Assert.Equal([-1.25, 2.5], scores);
        RequireKnown(server, contract switch { ScoringContract.TeiPredict => s_teiPredict, ScoringContract.VllmScore => s_vllmScore, _ => s_vllmInput }, path);
    }

    // {"error", "error_type"} of TEI, {"error": {..}} of vLLM, {"object": "error"} of SGLang: what they say is shown.
    [Theory]
    [InlineData(413, """{"error":"batch size 64 > maximum allowed batch size 32","error_type":"Validation"}""", "batch size 64 > maximum allowed batch size 32")]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 64 tokens.","type":"BadRequestError","param":null,"code":400}}""", "maximum context length is 64 tokens")]
    [InlineData(400, """{"object":"error","message":"The input is longer than the context.","type":"BadRequestError","param":null,"code":400}""", "The input is longer than the context.")]
    public async Task What_a_server_says_of_a_request_that_it_refuses_is_shown(int status, string answer, string said)
    {
        using var server = new LoopbackServer(_ => new(answer, status));
        using var connection = new ServerConnection(Asked.Options(server));
        var fault = await Assert.ThrowsAsync<ServerException>(() => new ServedRewardModel(connection, new() { Contract = ScoringContract.TeiPredict }).ScoreAsync(ServedRewardModelTests.Given(1), Token).AsTask());
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    private static void RequireKnown(LoopbackServer server, string[] members, string path)
    {
        Assert.All(server.Seen, request =>
        {
            Assert.Equal(path, request.Path);
            using JsonDocument body = JsonDocument.Parse(request.Body);
            Assert.Empty(body.RootElement.EnumerateObject().Select(static member => member.Name).Except(members));
        });
        Assert.NotEmpty(server.Seen);
    }
}
