using RewardScaling.Models;
using RewardScaling.Tests;
using RewardScaling.Tests.Contracts;
using TorchSharp;

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

    // The numbers of bfloat16 on float32 weights, from half the memory and no copies besides.
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama-3")]
    [InlineData("qwen2-yarn")]
    public async Task What_is_only_read_is_kept_in_half_the_memory(string name)
    {
        string folder = Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families", name);
        var engine = Engines.Torch();
        using var narrow = engine.BFloat16.LoadPolicy(folder);
        using var copied = Engines.Torch(s_narrow).LoadPolicy(folder);
        using var wide = engine.LoadPolicy(folder);
        var batch = Batches.Ragged(wide.Shape, 9, 3);
        PolicyOutputs expected = new(), actual = new();
        copied.Evaluate(batch, expected);
        narrow.Evaluate(batch, actual);
        for (int i = 0; i < expected.Count; i++) Assert.Equal(expected.LogProbs[i], actual.LogProbs[i], 1e-5);
        var prompts = Batches.Prompts(wide.Shape, 5, 6, 1);
        var token = TestContext.Current.CancellationToken;
        var there = await copied.SampleAsync(prompts, new() { ResponseLength = 6 }, Batches.Streams(5, 2), token);
        var here = await narrow.SampleAsync(prompts, new() { ResponseLength = 6 }, Batches.Streams(5, 2), token);
        for (int i = 0; i < 5; i++) Assert.Equal(there.Tokens.Response(i).ToArray(), here.Tokens.Response(i).ToArray());
        // A policy is measured from a reference that is kept narrow.
        using var clone = narrow.Clone();
        var kl = new float[batch.TotalResponseTokens];
        wide.TokenKl(clone, batch, kl);
        Assert.All(kl, static one => Assert.InRange(one, 0, 0.05));
        Assert.EndsWith("weights in bfloat16", engine.BFloat16.Description, StringComparison.Ordinal);

        var parameters = NetworkParameter.Of(wide.Shape, NetworkParameter.PolicyHeads(wide.Shape));
        using TransformerWeights half = new(parameters, torch.CPU, torch.ScalarType.BFloat16, isNarrow: true),
            whole = new(parameters, torch.CPU, torch.ScalarType.Float32);
        Assert.Equal(Bytes(whole), 2 * Bytes(half));
        Assert.Same(half.Leaves, half.Use(graph: false));

        static long Bytes(TransformerWeights weights) => weights.Leaves.Sum(static leaf => leaf.numel() * leaf.element_size());
    }

    [Fact]
    public void What_is_only_read_cannot_be_trained_and_says_so()
    {
        using var folder = new TemporaryFolder();
        using var model = Engines.Torch().BFloat16.CreateRewardModel(Batches.Odd, Batches.Random);
        var batch = Batches.Ragged(model.Shape, 3, 3);
        model.Forward(batch, new float[3]);
        Action[] calls =
        [
            () => model.Backward([1, 1, 1]), () => model.Step(new(), 0.1), () => model.Freeze(1), () => model.SaveTraining(folder.File("training")),
        ];
        foreach (var call in calls)
            Assert.Contains("kept in bfloat16, to be read only", Assert.Throws<NotSupportedException>(call).Message, StringComparison.Ordinal);
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
