using RewardScaling.Benchmarks;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>
/// What the engine takes from the managed heap once its buffers have grown: nothing, but for results that are new objects.
/// </summary>
public sealed class AllocationTests
{
    private static AdamWOptions Options { get; } = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Steps_and_micro_batches_of_a_policy(int threads)
    {
        using var policy = new CpuEngine(threads).CreatePolicy(Batches.Odd, Batches.Random);
        using var reference = policy.Clone();
        TokenBatch[] parts = [Batches.Ragged(Batches.Odd, 9, 1), Batches.Ragged(Batches.Odd, 9, 2),
            Batches.Ragged(Batches.Odd, 4, 3)];
        PolicyOutputs[] slopes = [.. parts.Select(static part => Batches.Slopes(part.TotalResponseTokens, 4))];
        var outputs = new PolicyOutputs();
        float[] kl = new float[parts.Max(static part => part.TotalResponseTokens)];
        AssertAllocatesNothing(() =>
        {
            for (int i = 0; i < parts.Length; i++)
            {
                policy.Evaluate(parts[i], outputs);
                policy.TokenKl(reference, parts[i], kl.AsSpan(0, parts[i].TotalResponseTokens));
                policy.Forward(parts[i], outputs);
                policy.Backward(slopes[i]);
            }
            policy.Step(Options, 1e-4);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Steps_and_micro_batches_of_a_reward_model(int threads)
    {
        using var model = new CpuEngine(threads).CreateRewardModel(Batches.Odd, Batches.Random);
        TokenBatch[] parts = [Batches.Ragged(Batches.Odd, 9, 1), Batches.Ragged(Batches.Odd, 4, 3)];
        float[] scores = new float[9], slopes = [1, -1, 0.5f, 2, -3, 0.1f, 0.2f, 0, 1];
        AssertAllocatesNothing(() =>
        {
            foreach (var part in parts)
            {
                model.Score(part, scores.AsSpan(0, part.Count));
                model.Forward(part, scores.AsSpan(0, part.Count));
                model.Backward(slopes.AsSpan(0, part.Count));
            }
            model.Step(Options, 1e-4);
        });
    }

    [Fact]
    public void Samples_are_one_batch_and_two_lists_however_many_tokens_are_drawn()
    {
        using var policy = new CpuEngine(1).CreatePolicy(Batches.Even, Batches.Random);
        var prompts = Batches.Prompts(Batches.Even, 70, 8, 5);
        var streams = Batches.Streams(70, 6);
        foreach (int length in new[] { 2, 8 })
        {
            var options = new SamplingOptions { ResponseLength = length };
            long bytes = Allocated(() => _ = policy.SampleAsync(prompts, options, streams).Result);
            // Four bytes for each token, its log-probability and its value, and for three numbers of each sequence; 600 for the
            // heads of arrays and objects and for the check of the options.
            long results = 4 * (prompts.TotalTokens + 3 * 70 * length + 3 * 71);
            Assert.InRange(bytes, results, results + 600);
        }
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(1, 400)]
    [InlineData(3, 400)]
    public void Memory_of_a_training_step_stays_below_the_formula_of_the_page(int workers, int sequences)
    {
        var shape = Batches.Even;
        using var policy = new PolicyNetwork<float, Float256>(shape, new(workers));
        var batch = Batches.Ragged(shape, sequences, 7);
        var slopes = new float[3 * batch.TotalResponseTokens];
        unsafe
        {
            fixed (float* s = slopes)
            {
                float* entropies = s + batch.TotalResponseTokens, values = entropies + batch.TotalResponseTokens;
                policy.Evaluate(batch, s, entropies, values, 1);
                policy.Forward(batch, s, entropies, values, 1);
                policy.Backward(s, entropies, values);
            }
        }
        policy.Network.Weights.Step(Options, 1e-4);
        long bound = MemoryBound.Training(shape, shape.Vocabulary + 1, batch.TotalTokens, batch.LongestSequence, workers);
        Assert.InRange(policy.Network.Bytes, bound / 4, bound);
    }

    [Fact]
    public void The_counter_counts() => Assert.InRange(Allocated(static () => GC.KeepAlive(new byte[1000])), 1000, 1100);

    private static void AssertAllocatesNothing(Action action) => Assert.Equal(0, Allocated(action));

    private static long Allocated(Action action)
    {
        for (int i = 0; i < 3; i++) action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
