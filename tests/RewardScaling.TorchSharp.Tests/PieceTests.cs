using System.Runtime.InteropServices;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>Batches that do not fit into memory at once.</summary>
public sealed class PieceTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(33, false)]
    [InlineData(1 << 20, true)]
    [InlineData(33, true)]
    public async Task Pieces_and_checkpoints_change_no_result(int tokens, bool checkpointing)
    {
        using var whole = Engines.Torch().CreatePolicy(Batches.Odd, Batches.Random);
        using var cut = Engines.Torch(new() { TokensAtOnce = tokens, Checkpointing = checkpointing }).CreatePolicy(Batches.Odd, Batches.Random);
        AssertTrainAlike(whole, cut);
        var prompts = Batches.Prompts(whole.Shape, 8, 6, 4);
        var options = new SamplingOptions { ResponseLength = 6 };
        var expected = await whole.SampleAsync(prompts, options, Batches.Streams(8, 5), TestContext.Current.CancellationToken);
        var actual = await cut.SampleAsync(prompts, options, Batches.Streams(8, 5), TestContext.Current.CancellationToken);
        Assert.Equal(expected.Tokens.Tokens.ToArray(), actual.Tokens.Tokens.ToArray());
    }

    [Fact]
    public async Task Where_memory_runs_out_pieces_are_halved_and_that_is_said_once()
    {
        var log = new Log();
        int limit = 70;
        Engines.Torch();
        var engine = new TorchEngine("cpu", new() { Threads = 1 }, log)
        {
            BeforePiece = tokens =>
            {
                if (tokens > limit) throw new NativeFault("CUDA out of memory. Tried to allocate 2.00 GiB.");
            },
        };
        using var whole = Engines.Torch().CreatePolicy(Batches.Odd, Batches.Random);
        using var cut = engine.CreatePolicy(Batches.Odd, Batches.Random);
        AssertTrainAlike(whole, cut);
        Assert.StartsWith("Memory ran out with ", Assert.Single(log.Warnings), StringComparison.Ordinal);
        limit = 10;
        var prompts = Batches.Prompts(whole.Shape, 4, 12, 4);
        var fault = await Assert.ThrowsAsync<InsufficientMemoryException>(async () =>
            await cut.SampleAsync(prompts, new() { ResponseLength = 12 }, Batches.Streams(4, 5), TestContext.Current.CancellationToken));
        Assert.Contains("single sequence", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_fault_of_libtorch_is_passed_on()
    {
        Engines.Torch();
        var engine = new TorchEngine("cpu", new() { Threads = 1 }) { BeforePiece = static _ => throw new NativeFault("device-side assert") };
        using var policy = engine.CreatePolicy(Batches.Odd, Batches.Random);
        Assert.Throws<NativeFault>(() => policy.Evaluate(Batches.Ragged(policy.Shape, 4, 1), new()));
    }

    private static void AssertTrainAlike(ITrainablePolicy whole, ITrainablePolicy cut)
    {
        var options = new AdamWOptions { Epsilon = 1e-3 };
        for (int step = 0; step < 2; step++)
        {
            var batch = Batches.Ragged(whole.Shape, 15, (ulong)step);
            var slopes = Batches.Slopes(batch.TotalResponseTokens, 2);
            PolicyOutputs expected = new(), actual = new();
            whole.Forward(batch, expected);
            cut.Forward(batch, actual);
            for (int i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected.LogProbs[i], actual.LogProbs[i], 1e-5);
                Assert.Equal(expected.Entropies[i], actual.Entropies[i], 1e-5);
                Assert.Equal(expected.Values[i], actual.Values[i], 1e-5);
            }
            whole.Backward(slopes);
            cut.Backward(slopes);
            double norm = whole.Step(options, 0.01);
            Assert.Equal(norm, cut.Step(options, 0.01), 1e-5 * norm);
        }
    }

    /// <summary>A fault as the binding throws it.</summary>
    private sealed class NativeFault(string message) : ExternalException(message);
}
