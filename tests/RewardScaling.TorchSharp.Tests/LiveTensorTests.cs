using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;
using RewardScaling.Tests.Contracts;
using RewardScaling.Tests.Ppo;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>What is made is given back: tensors alive are counted before and after.</summary>
public sealed class LiveTensorTests
{
    private static readonly TransformerShape s_tiny = new() { Vocabulary = 4, Context = 4, Width = 8, Layers = 1, Heads = 2 };

    [Fact]
    public async Task Two_hundred_steps_of_PPO_leave_as_many_tensors_as_twenty()
    {
        long[] after = new long[2];
        using var initial = Engines.Torch().CreatePolicy(s_tiny, RandomStream.FromSeed(7));
        for (int run = 0; run < 2; run++)
        {
            long before = Settled();
            var world = new World(initial, static y => y[0]);
            var options = new PpoOptions { RolloutsPerStep = 4, MaximumSteps = run == 0 ? 20 : 200, Epochs = 1, MicroBatchRollouts = 3 };
            var result = await new PpoTrainer(options).TrainAsync(
                world.Problem, world.Evaluation(4), RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);
            after[run] = Tensor.TotalCount - before;
            result.Dispose();
        }
        Assert.Equal(after[0], after[1]);
    }

    [Fact]
    public void A_network_disposed_leaves_nothing()
    {
        var engine = Engines.Torch();
        long before = Settled();
        using (var policy = engine.CreatePolicy(Batches.Odd, Batches.Random))
        using (var model = engine.CreateRewardModel(Batches.Odd, Batches.Random))
        {
            Train(policy);
            using var clone = policy.Clone();
            clone.Forward(Batches.Ragged(policy.Shape, 4, 1), new());
            model.Forward(Batches.Ragged(policy.Shape, 4, 1), new float[4]);
            Assert.True(Tensor.TotalCount > before);
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public async Task Calls_that_fail_or_are_cancelled_leave_nothing()
    {
        using var policy = Engines.Torch().CreatePolicy(Batches.Odd, Batches.Random);
        var prompts = Batches.Prompts(policy.Shape, 9, 5, 1);
        Train(policy);
        long before = Settled();
        for (int i = 0; i < 3; i++)
        {
            using var stop = new CancellationTokenSource();
            var streams = Batches.Streams(9, 1);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await policy.SampleAsync(prompts, new() { ResponseLength = 5 }, streams, stop.Token));
            Assert.ThrowsAny<ArgumentException>(() => policy.Evaluate(new([new(new[] { 11 }, 1)]), new()));
            var batch = Batches.Ragged(policy.Shape, 4, 1);
            policy.Forward(batch, new());
            Assert.ThrowsAny<ArgumentException>(() => policy.Backward(new()));
            var slopes = Batches.Slopes(batch.TotalResponseTokens, 2);
            slopes.LogProbs[0] = float.NaN;
            policy.Backward(slopes);
            Assert.Throws<NotFiniteNumberException>(() => policy.Step(new(), 0.1));
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    // A tensor that belongs to a scope of the caller would be gone when the caller closes it.
    [Fact]
    public void A_network_made_inside_a_scope_of_the_caller_outlives_it()
    {
        ITrainablePolicy policy;
        var engine = Engines.Torch();
        using (NewDisposeScope())
        using (no_grad())
        {
            policy = engine.CreatePolicy(Batches.Odd, Batches.Random);
            Train(policy);
        }
        using (policy)
        {
            using var clone = policy.Clone();
            Train(policy);
            policy.SampleAsync(Batches.Prompts(policy.Shape, 3, 5, 1), new() { ResponseLength = 5 }, Batches.Streams(3, 1), TestContext.Current.CancellationToken).AsTask().Wait(TestContext.Current.CancellationToken);
        }
    }

    // What earlier tests left to the garbage collector would go while others are counted.
    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    private static void Train(ITrainablePolicy policy)
    {
        var batch = Batches.Ragged(policy.Shape, 5, 3);
        policy.Forward(batch, new());
        policy.Backward(Batches.Slopes(batch.TotalResponseTokens, 4));
        policy.Step(new(), 0.01);
    }
}
