using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>
/// A real server: llama-server with ../shared/data/aidreams as float32 GGUF, whose address stands in an environment variable. The
/// large comparison is <c>serve</c> of the benchmarks; docs/servers.md says how both are started.
/// </summary>
public sealed class LlamaServerTests
{
    private const string Variable = "REWARDSCALING_LLAMA_SERVER";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_log_probabilities_are_our_engines_and_its_kl_from_itself_is_0()
    {
        string folder = Path.GetDirectoryName(SharedData.File("data/aidreams/config.json"))!;
        string? address = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(address), $"{Variable} names no llama-server with ../shared/data/aidreams (docs/servers.md)");
        using var connection = new ServerConnection(new() { Address = new(address!), RequestsAtOnce = 4 });
        using ITrainablePolicy policy = new CpuEngine(1).LoadPolicy(folder);
        var served = ServedPolicy.OfTokens(connection, new ByteTokenizer(), policy.ContextLength, new() { Kind = ServerKind.LlamaCpp, SamplesPerRequest = 4 });
        // Tokens of aidreams; any will do, since no text is made of them.
        var prompts = new TokenBatch([new(new[] { 1, 303, 272, 340 }, 4), new(new[] { 1, 279 }, 2), new(new[] { 1 }, 1)]);
        SampledBatch batch = await served.SampleAsync(prompts.Select([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]), new() { ResponseLength = 60, EndToken = 2 },
            Enumerable.Range(0, 12).Select(static i => RandomStream.FromSeed(4).Fork(i)).ToArray(), Token);
        float[] engine = await TokenScorer.Of(policy).LogProbsAsync(batch.Tokens, Token),
            given = await new ServedTokenScorer(connection, ServerKind.LlamaCpp, endToken: 2).LogProbsAsync(batch.Tokens, Token);
        Assert.True(batch.Tokens.TotalResponseTokens > 100);
        for (int t = 0; t < engine.Length; t++)
        {
            Assert.True(Math.Abs(engine[t] - batch.LogProbs[t]) < 1e-3, $"token {t}: {engine[t]} here, {batch.LogProbs[t]} there");
            Assert.True(Math.Abs(engine[t] - given[t]) < 1e-3, $"given token {t}: {engine[t]} here, {given[t]} there");
        }
    }
}
