using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>What tests ask of servers.</summary>
internal static class Asked
{
    public static SamplingOptions Sampling { get; } = new() { ResponseLength = 40 };

    /// <summary>Options with delays that a test can wait for.</summary>
    public static ServerOptions Options(LoopbackServer server) => new()
    {
        Address = server.Address,
        Model = "toy",
        RequestsAtOnce = 4,
        Timeout = TimeSpan.FromSeconds(20),
        FirstDelay = TimeSpan.FromMilliseconds(1),
        LongestDelay = TimeSpan.FromMilliseconds(20),
    };

    public static ServedPolicyOptions Vllm { get; } = new() { Kind = ServerKind.Vllm, SamplesPerRequest = 4 };

    public static TokenBatch Prompts(params string[] prompts) => RewardScaling.Policies.Prompts.Encode(prompts, new ByteTokenizer(), 100);

    /// <summary>A pool of the toy's samples.</summary>
    public static async Task<RolloutPool> PoolAsync(ServerConnection connection, ServedPolicyOptions? options = null, int prompts = 5, int samples = 8)
    {
        var optimizer = new BestOfNSampler(ServedPolicy.OfText(connection, options ?? Vllm), new ByteTokenizer(), Sampling);
        return await optimizer.SamplePoolAsync(Prompts([.. Enumerable.Range(0, prompts).Select(static i => $"prompt {i}:")]), samples,
            RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);
    }

    public static IEnumerable<string> Texts(RolloutPool pool) => Enumerable.Range(0, pool.Rollouts.Count).Select(pool.Rollouts.Response);
}
