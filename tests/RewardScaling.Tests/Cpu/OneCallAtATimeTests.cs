using System.Diagnostics;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>A network that two threads ask at once refuses one of them; what it does answer is right.</summary>
public sealed class OneCallAtATimeTests
{
    [Fact]
    public void A_policy_refuses_a_second_call_and_what_it_answers_is_right()
    {
        var engine = new CpuEngine(1);
        using var policy = engine.CreatePolicy(Batches.Even, Batches.Random);
        TokenBatch first = Batches.Ragged(Batches.Even, 60, 1), second = Batches.Ragged(Batches.Even, 45, 2);
        var fault = Collide(batch =>
        {
            var outputs = new PolicyOutputs();
            policy.Evaluate(batch, outputs);
            return outputs.LogProbs.ToArray();
        }, first, second);
        Assert.StartsWith("This Policy is in the middle of another call.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reward_model_refuses_a_second_call_and_what_it_answers_is_right()
    {
        var engine = new CpuEngine(1);
        using var model = engine.CreateRewardModel(Batches.Even, Batches.Random);
        TokenBatch first = Batches.Ragged(Batches.Even, 60, 1), second = Batches.Ragged(Batches.Even, 45, 2);
        var fault = Collide(batch =>
        {
            var scores = new float[batch.Count];
            model.Score(batch, scores);
            return scores;
        }, first, second);
        Assert.StartsWith("This RewardModel is in the middle of another call.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_fault_the_next_call_goes_through()
    {
        var engine = new CpuEngine(1);
        using var policy = engine.CreatePolicy(Batches.Even, Batches.Random);
        var outputs = new PolicyOutputs();
        Assert.Throws<ArgumentException>(() => policy.Evaluate(new([new(new[] { 99, 1 }, 1)]), outputs));
        policy.Evaluate(Batches.Ragged(Batches.Even, 3, 1), outputs);
    }

    /// <summary>Two threads ask until one is refused; all answers are those of a thread alone.</summary>
    private static InvalidOperationException Collide(Func<TokenBatch, float[]> ask, params TokenBatch[] batches)
    {
        float[][] alone = [.. batches.Select(ask)];
        InvalidOperationException? refused = null;
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
                    Volatile.Write(ref refused, fault);
                }
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Equal(0, wrong);
        Assert.NotNull(refused);
        return refused;
    }
}
