using System.Diagnostics;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Serving;
using RewardScaling.Tests.Serving;

namespace RewardScaling.Benchmarks;

/// <summary>Collects many scored samples from a toy server in this process, and says what memory they take.</summary>
internal static class CollectionMemory
{
    /// <summary>Prints the live memory after each tenth.</summary>
    public static async Task RunAsync(int samples)
    {
        string folder = Directory.CreateTempSubdirectory("reward-scaling-serve-").FullName;
        try
        {
            using var server = new LoopbackServer(ToyServer.Answer) { KeepsRequests = false };
            using var connection = new ServerConnection(new() { Address = server.Address, Model = "toy" });
            using var proxy = new CachedRewardModel(new ServedRewardModel(connection, new() { Contract = ScoringContract.VllmScore }), "toy", Path.Combine(folder, "scores"));
            int prompts = Math.Max(1, samples / 100);
            var collector = new SampleCollector(ServedPolicy.OfText(connection, new() { Kind = ServerKind.Vllm, SamplesPerRequest = 20 }), new ByteTokenizer(),
                new() { ResponseLength = 40 }, proxy, RewardModel.FromText(static text => text.Length), new() { Name = "toy", SamplesPerPrompt = 100, SamplesTogether = 20 });
            TokenBatch asked = Policies.Prompts.Encode([.. Enumerable.Range(0, prompts).Select(static i => $"prompt {i}:")], new ByteTokenizer(), 100);
            Console.WriteLine("| samples | live memory, MB | seconds | left |\n| --- | --- | --- | --- |");
            int told = 0;
            long start = Stopwatch.GetTimestamp();
            SampleCollection all = await collector.CollectAsync(Path.Combine(folder, "run"), asked, RandomStream.FromSeed(1), new Telling(progress =>
            {
                if (progress.Done * 10 / progress.Total == told) return;
                told = (int)(progress.Done * 10 / progress.Total);
                Console.WriteLine($"| {progress.Done} | {GC.GetTotalMemory(forceFullCollection: true) / 1e6:F1} | {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} | {progress.Left?.TotalSeconds:F1} |");
            }));
            Console.WriteLine($"{all}\n{connection.Statistics}; at the server {server.MostAtOnce} at once at most; peak of the process {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB, the server included");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Telling(Action<CollectionProgress> told) : IProgress<CollectionProgress>
    {
        public void Report(CollectionProgress value) => told(value);
    }
}
