using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Serving;

namespace RewardScaling.Interrupted;

/// <summary>A collection of samples from a server of the tests, as a process makes it that is killed again and again.</summary>
public static class Collections
{
    /// <summary>How many prompts.</summary>
    public const int Prompts = 40;

    /// <summary>How many samples of each.</summary>
    public const int Samples = 16;

    /// <summary>How many of them are asked for together.</summary>
    public const int Together = 4;

    /// <summary>How many requests may be under way at once.</summary>
    public const int AtOnce = 4;

    /// <summary>Collects what is missing.</summary>
    /// <param name="folder">The folder of samples; the scores lie beside it.</param>
    /// <param name="address">The server.</param>
    /// <param name="progress">Told after every portion.</param>
    public static async Task<SampleCollection> RunAsync(string folder, Uri address, IProgress<CollectionProgress>? progress = null)
    {
        using var server = new ServerConnection(new()
        {
            Address = address,
            Model = "toy",
            RequestsAtOnce = AtOnce,
            Timeout = TimeSpan.FromSeconds(20),
            Attempts = 1000,
            WrongAnswers = 1000,
            FirstDelay = TimeSpan.FromMilliseconds(1),
            LongestDelay = TimeSpan.FromMilliseconds(50),
        });
        using var proxy = new CachedRewardModel(new ServedRewardModel(server, new() { Contract = ScoringContract.VllmScore }), "toy", folder + ".scores");
        var collector = new SampleCollector(ServedPolicy.OfText(server, new() { Kind = ServerKind.Vllm, SamplesPerRequest = Together }), new ByteTokenizer(),
            new() { ResponseLength = 40 }, proxy, RewardModel.FromText(static text => text.Length),
            new() { Name = "toy", SamplesPerPrompt = Samples, SamplesTogether = Together, PortionsAtOnce = AtOnce });
        TokenBatch prompts = Policies.Prompts.Encode([.. Enumerable.Range(0, Prompts).Select(static i => $"prompt {i}:")], new ByteTokenizer(), 100);
        return await collector.CollectAsync(folder, prompts, RandomStream.FromSeed(2), progress);
    }
}
