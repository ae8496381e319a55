using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>Weights in bfloat16: the bits of the same network in float32 with weights that were rounded before.</summary>
public sealed class NarrowWeightsTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families");

    private static readonly CpuEngine s_engine = new(2);

    public static TheoryData<string> LanguageModels => ["gpt2", "gpt2-untied", "neox", "llama", "llama-3", "qwen2", "mistral", "qwen3"];

    [Theory]
    [MemberData(nameof(LanguageModels))]
    public async Task A_policy_evaluates_and_samples_with_the_bits_of_rounded_weights(string name)
    {
        using var narrow = s_engine.BFloat16.LoadPolicy(Path.Combine(s_folder, name));
        using var wide = s_engine.LoadPolicy(Path.Combine(s_folder, name));
        wide.SetWeights([.. wide.Weights().Select(Rounded)]);
        AssertSame(wide, narrow);
        var batch = Batches.Ragged(wide.Shape, 9, 3);
        PolicyOutputs expected = new(), actual = new();
        wide.Evaluate(batch, expected);
        narrow.Evaluate(batch, actual);
        Assert.Equal(expected.LogProbs.ToArray(), actual.LogProbs.ToArray());
        Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
        var prompts = Batches.Prompts(wide.Shape, 7, 9, 4);
        var there = await wide.SampleAsync(prompts, new() { ResponseLength = 9 }, Batches.Streams(7, 8));
        var here = await narrow.SampleAsync(prompts, new() { ResponseLength = 9 }, Batches.Streams(7, 8));
        Assert.Equal(there.LogProbs, here.LogProbs);
        using var clone = narrow.Clone();
        AssertSame(narrow, clone);
        // A wide policy is measured from a narrow reference on the same threads.
        var kl = new float[batch.TotalResponseTokens];
        wide.TokenKl(narrow, batch, kl);
        Assert.All(kl, static one => Assert.Equal(0, one, 1e-6));
    }

    [Theory]
    [InlineData("gpt2-score")]
    [InlineData("llama-score")]
    public void A_reward_model_scores_with_the_bits_of_rounded_weights(string name)
    {
        using var narrow = s_engine.BFloat16.LoadRewardModel(Path.Combine(s_folder, name));
        using var wide = s_engine.LoadRewardModel(Path.Combine(s_folder, name));
        var batch = Batches.Ragged(wide.Shape, 6, 3);
        float[] unrounded = new float[6], expected = new float[6], actual = new float[6];
        wide.Score(batch, unrounded);
        wide.SetWeights([.. wide.Weights().Select(Rounded)]);
        wide.Score(batch, expected);
        narrow.Score(batch, actual);
        Assert.Equal(expected, actual);
        Assert.NotEqual(unrounded, actual);
    }

    [Fact]
    public void What_is_only_read_cannot_be_trained_and_says_so()
    {
        using var narrow = s_engine.BFloat16.LoadPolicy(Path.Combine(s_folder, "llama"));
        var batch = Batches.Ragged(narrow.Shape, 3, 3);
        narrow.Forward(batch, new());
        Action[] calls =
        [
            () => narrow.Backward(Batches.Slopes(batch.TotalResponseTokens, 5)), () => narrow.Step(new(), 0.1), () => narrow.Freeze(1),
            () => narrow.SaveTraining("nowhere"),
        ];
        foreach (var call in calls)
            Assert.Contains("kept in bfloat16, to be read only", Assert.Throws<NotSupportedException>(call).Message, StringComparison.Ordinal);
        Assert.EndsWith("weights in bfloat16", s_engine.BFloat16.Description, StringComparison.Ordinal);
        Assert.NotEqual(s_engine.Arithmetic, s_engine.BFloat16.Arithmetic);
    }

    // 1.00390625 and 1.01171875 lie in the middle of two: the even one is taken.
    [Theory]
    [InlineData(1f, 0x3f80)]
    [InlineData(-1f, 0xbf80)]
    [InlineData(1.00390625f, 0x3f80)]
    [InlineData(1.01171875f, 0x3f82)]
    [InlineData(1.0039064f, 0x3f81)]
    [InlineData(0f, 0)]
    public void Rounding_is_to_the_nearest(float value, int expected)
    {
        Assert.Equal(expected, NarrowProduct<float, Float256>.Round(value));
        Assert.InRange(Math.Abs(NarrowProduct<float, Float256>.Wide((ushort)expected) - value), 0, Math.Abs(value) / 256);
    }

    [Fact]
    public void Memory_is_half_that_of_float32()
    {
        var shape = new TransformerShape { Vocabulary = 512, Context = 64, Width = 256, Layers = 4, Heads = 4 };
        WorkerPool pool = new(1);
        using var narrow = new PolicyNetwork<float, Float256>(shape, pool, isNarrow: true);
        using var wide = new PolicyNetwork<float, Float256>(shape, pool);
        Assert.InRange((double)narrow.Network.Weights.Bytes / wide.Network.Weights.Bytes, 0.5, 0.51);
    }

    private static NamedTensor Rounded(NamedTensor tensor) => tensor.Shape.Length == 1 ? tensor
        : new(tensor.Name, tensor.Shape.ToArray(), Array.ConvertAll(tensor.Values.ToArray(),
            static value => NarrowProduct<float, Float256>.Wide(NarrowProduct<float, Float256>.Round(value))));

    private static void AssertSame(INetwork expected, INetwork actual)
    {
        foreach (var (one, other) in expected.Weights().Zip(actual.Weights()))
            Assert.True(one.Name == other.Name && one.Values.SequenceEqual(other.Values), one.Name);
    }
}
