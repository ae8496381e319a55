using System.Diagnostics;
using System.Runtime.CompilerServices;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Contracts;

/// <summary>
/// Engines are made, their networks do a pass and keep its activations, and nobody disposes of anything: finalizers give back
/// threads and memory.
/// </summary>
internal static class AbandonedEngines
{
    private static readonly TransformerShape s_shape =
        new() { Vocabulary = 200, Context = 32, Width = 64, Layers = 2, Heads = 4 };

    private static readonly TokenBatch s_batch = Batches.Ragged(s_shape, 16, 5, someEmpty: false);

    /// <summary>Leaves engines behind and waits for what they held.</summary>
    /// <param name="create">Makes an engine.</param>
    /// <param name="engines">How many.</param>
    /// <param name="patience">How long to wait for threads to end.</param>
    public static AbandonedOutcome Run(Func<IEngine> create, int engines, TimeSpan patience)
    {
        Collect();
        var (threads, bytes) = Now();
        var left = new List<WeakReference>();
        int mostThreads = threads;
        long mostBytes = bytes;
        for (int i = 0; i < engines; i++)
        {
            Leave(create, left);
            var (threadsNow, bytesNow) = Now();
            (mostThreads, mostBytes) = (Math.Max(mostThreads, threadsNow), Math.Max(mostBytes, bytesNow));
        }
        long begun = Stopwatch.GetTimestamp();
        do
        {
            Collect();
            Thread.Sleep(200);
        }
        while (Now().Threads > threads && Stopwatch.GetElapsedTime(begun) < patience);
        var (threadsAfter, bytesAfter) = Now();
        return new(left.Count(static network => network.IsAlive), threads, mostThreads, threadsAfter, bytes / 1e6, mostBytes / 1e6,
            bytesAfter / 1e6);
    }

    // A frame of its own: whatever it holds is gone when it returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(Func<IEngine> create, List<WeakReference> left)
    {
        var engine = create();
        var policy = engine.CreatePolicy(s_shape, RandomStream.FromSeed(1));
        var model = engine.CreateRewardModel(s_shape, RandomStream.FromSeed(2));
        policy.Forward(s_batch, new PolicyOutputs(), 1);
        model.Forward(s_batch, new float[s_batch.Count]);
        left.AddRange([new(engine), new(policy), new(model)]);
    }

    private static void Collect()
    {
        // The second takes what finalizers let go of.
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static (int Threads, long Bytes) Now()
    {
        using var process = Process.GetCurrentProcess();
        return (process.Threads.Count, process.WorkingSet64);
    }
}

/// <summary>What engines that were left behind held and gave back.</summary>
/// <param name="Alive">How many engines and networks are still held.</param>
/// <param name="ThreadsBefore">Threads of the process before.</param>
/// <param name="MostThreads">The most while engines were made.</param>
/// <param name="ThreadsAfter">When finalizers had run.</param>
/// <param name="MegabytesBefore">Memory of the process before.</param>
/// <param name="MostMegabytes">The most while engines were made.</param>
/// <param name="MegabytesAfter">When finalizers had run.</param>
internal sealed record AbandonedOutcome(int Alive,
    int ThreadsBefore, int MostThreads, int ThreadsAfter, double MegabytesBefore, double MostMegabytes, double MegabytesAfter);
