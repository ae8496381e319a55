using System.Diagnostics;
using RewardScaling.Models;

namespace RewardScaling.Tests.Contracts;

/// <summary>Two threads that ask one model at once.</summary>
internal static class Collision
{
    /// <summary>They ask until one is refused; whatever is answered is what a thread alone is answered.</summary>
    /// <returns>What the refused one was told.</returns>
    public static string Message(Func<TokenBatch, float[]> ask, params TokenBatch[] batches)
    {
        float[][] alone = [.. batches.Select(ask)];
        string? refused = null;
        int wrong = 0;
        long start = Stopwatch.GetTimestamp();
        using var together = new Barrier(batches.Length);
        var threads = batches.Select((batch, i) => new Thread(() =>
        {
            together.SignalAndWait();
            while (Volatile.Read(ref refused) == null && Stopwatch.GetElapsedTime(start).TotalSeconds < 60)
            {
                try
                {
                    if (!ask(batch).SequenceEqual(alone[i])) Interlocked.Increment(ref wrong);
                }
                catch (InvalidOperationException fault)
                {
                    Volatile.Write(ref refused, fault.Message);
                }
            }
        })
        { IsBackground = true }).ToArray();
        foreach (var thread in threads) thread.Start();
        // Calls that spoil each other may never come back.
        foreach (var thread in threads) Assert.True(thread.Join(TimeSpan.FromSeconds(90)), "Two calls at once do not come back.");
        Assert.Equal(0, wrong);
        for (int i = 0; i < batches.Length; i++) Assert.Equal(alone[i], ask(batches[i]));
        Assert.NotNull(refused);
        return refused;
    }
}
