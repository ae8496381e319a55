using RewardScaling.Models;
using RewardScaling.Tests;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>Networks computed in bfloat16, which has eight bits: 0.4 percent.</summary>
public sealed class PrecisionTests
{
    private static readonly TorchEngineOptions s_narrow = new() { Precision = TorchPrecision.BFloat16 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outputs_are_near_and_training_goes_the_same_way(bool checkpointing)
    {
        using var wide = Engines.Torch().CreatePolicy(Batches.Even, Batches.Random);
        using var narrow = Engines.Torch(s_narrow with { Checkpointing = checkpointing }).CreatePolicy(Batches.Even, Batches.Random);
        var batch = Batches.Ragged(wide.Shape, 12, 3);
        var slopes = Batches.Slopes(batch.TotalResponseTokens, 4);
        PolicyOutputs expected = new(), actual = new();
        for (int step = 0; step < 3; step++)
        {
            wide.Forward(batch, expected);
            narrow.Forward(batch, actual);
            bool differs = false;
            for (int i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected.LogProbs[i], actual.LogProbs[i], 0.1);
                Assert.Equal(expected.Values[i], actual.Values[i], 0.1);
                differs |= expected.LogProbs[i] != actual.LogProbs[i];
            }
            Assert.True(differs, "nothing was rounded");
            wide.Backward(slopes);
            narrow.Backward(slopes);
            double norm = wide.Step(new(), 1e-3);
            Assert.Equal(norm, narrow.Step(new(), 1e-3), 0.05 * norm);
        }
        var sampled = await narrow.SampleAsync(Batches.Prompts(wide.Shape, 5, 6, 1), new() { ResponseLength = 6 }, Batches.Streams(5, 2),
            TestContext.Current.CancellationToken);
        narrow.Evaluate(sampled.Tokens, actual);
        for (int i = 0; i < actual.Count; i++) Assert.Equal(actual.LogProbs[i], sampled.LogProbs[i], 0.1);
    }

    // A step this small is lost to a weight of eight bits.
    [Fact]
    public void Weights_and_optimizer_are_single()
    {
        using var folder = new TemporaryFolder();
        using var policy = Engines.Torch(s_narrow).CreatePolicy(Batches.Odd, Batches.Random);
        policy.Save(folder.File("before"));
        var batch = Batches.Ragged(policy.Shape, 6, 3);
        policy.Forward(batch, new());
        policy.Backward(Batches.Slopes(batch.TotalResponseTokens, 4));
        policy.Step(new(), 1e-7);
        policy.SaveTraining(folder.File("after"));
        SafetensorsFile before = SafetensorsFile.Read(folder.File("before")), after = SafetensorsFile.Read(folder.File("after"));
        const string Name = "head.weight";
        var moved = before.Tensor(Name).Values.ToArray().Zip(after.Tensor(Name).Values.ToArray(), static (a, b) => Math.Abs(a - b));
        Assert.All(moved, static distance => Assert.InRange(distance, 0, 2e-7));
        Assert.Contains(moved, static distance => distance > 5e-8);
    }
}
