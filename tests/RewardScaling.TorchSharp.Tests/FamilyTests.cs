using System.Text.Json;
using RewardScaling.Cpu;
using RewardScaling.HuggingFace;
using RewardScaling.Models;
using RewardScaling.Tests;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>Model folders of every family: the same numbers as the CPU engine's, which agree with transformers.</summary>
public sealed class FamilyTests
{
    private static readonly CpuEngine s_cpu = new(1);

    private static readonly string s_folder =
        Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families");

    public static TheoryData<string> LanguageModels => [.. Names(scores: false)];

    public static TheoryData<string> Classifiers => [.. Names(scores: true)];

    [Theory]
    [MemberData(nameof(LanguageModels))]
    public async Task A_language_model_reads_learns_and_writes_alike(string name)
    {
        var engine = Engines.Torch();
        using var expected = s_cpu.LoadPolicy(Path.Combine(s_folder, name));
        foreach (bool checkpointing in (bool[])[false, true])
        {
            using var actual = Engines.Torch(new() { Checkpointing = checkpointing }).LoadPolicy(Path.Combine(s_folder, name));
            var batch = Batches.Ragged(actual.Shape, 11, 3);
            PolicyOutputs there = new(), here = new();
            expected.Forward(batch, there);
            actual.Forward(batch, here);
            AssertClose(there.LogProbs, here.LogProbs, 1e-4);
            AssertClose(there.Entropies, here.Entropies, 1e-4);
            AssertClose(there.Values, here.Values, 1e-4);
            var slopes = Batches.Slopes(batch.TotalResponseTokens, 5);
            expected.Backward(slopes);
            actual.Backward(slopes);
            AssertSameGradients(expected, actual);
            expected.DropGradients();
        }
        using var policy = engine.LoadPolicy(Path.Combine(s_folder, name));
        var prompts = Batches.Prompts(policy.Shape, 7, 10, 4);
        foreach (var cut in (TokenCut[])[TokenCut.None, new() { TopK = 1 }])
        {
            var options = new SamplingOptions { ResponseLength = 10, Cut = cut };
            var drawn = await policy.SampleAsync(prompts, options, Batches.Streams(7, 8));
            var same = await s_cpu.LoadPolicy(Path.Combine(s_folder, name)).SampleAsync(prompts, options, Batches.Streams(7, 8));
            for (int i = 0; i < 7; i++) Assert.Equal(same.Tokens.Response(i).ToArray(), drawn.Tokens.Response(i).ToArray());
            AssertClose(same.LogProbs, drawn.LogProbs, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void A_classifier_scores_and_learns_alike(string name)
    {
        using var expected = s_cpu.LoadRewardModel(Path.Combine(s_folder, name));
        using var actual = Engines.Torch().LoadRewardModel(Path.Combine(s_folder, name));
        var batch = Batches.Ragged(actual.Shape, 6, 3);
        float[] there = new float[6], here = new float[6];
        expected.Forward(batch, there);
        actual.Forward(batch, here);
        AssertClose(there, here, 1e-4);
        expected.Backward([1, -1, 0.5f, 2, -0.2f, 1]);
        actual.Backward([1, -1, 0.5f, 2, -0.2f, 1]);
        AssertSameGradients(expected, actual);
    }

    // Both engines keep the same, and what is above moves alike; where the head is the table it stays.
    [Theory]
    [InlineData("gpt2", 1, false)]
    [InlineData("gpt2", 2, true)]
    [InlineData("qwen2", 1, true)]
    [InlineData("llama", 1, false)]
    public void Frozen_blocks_stay_and_the_rest_learns_alike(string name, int blocks, bool checkpointing)
    {
        using var expected = s_cpu.LoadPolicy(Path.Combine(s_folder, name));
        using var actual = Engines.Torch(new() { Checkpointing = checkpointing }).LoadPolicy(Path.Combine(s_folder, name));
        var before = expected.Weights();
        var batch = Batches.Ragged(actual.Shape, 9, 3);
        foreach (var network in (ITrainablePolicy[])[expected, actual])
        {
            network.Freeze(blocks);
            network.Forward(batch, new());
            network.Backward(Batches.Slopes(batch.TotalResponseTokens, 5));
            network.Step(new() { WeightDecay = 0.1, Epsilon = 1e-3 }, 0.01);
        }
        foreach (var (was, (there, here)) in before.Zip(expected.Weights().Zip(actual.Weights())))
        {
            Assert.Equal(was.Values.SequenceEqual(there.Values), was.Values.SequenceEqual(here.Values));
            AssertClose(there.Values.ToArray(), here.Values.ToArray(), 1e-4);
        }
        actual.Freeze(0);
        actual.Forward(batch, new());
        actual.Backward(Batches.Slopes(batch.TotalResponseTokens, 5));
        actual.Step(new(), 0.01);
        Assert.False(before[0].Values.SequenceEqual(actual.Weights()[0].Values));
    }

    [Fact]
    public async Task A_real_model_writes_what_PyTorch_wrote()
    {
        string path = SharedData.File("data/aidreams/expected.json"), folder = Path.GetDirectoryName(path)!;
        using var expected = JsonDocument.Parse(File.ReadAllText(path));
        int[] tokens = expected.RootElement.GetProperty("tokens").Deserialize<int[]>()!;
        double[] logProbs = expected.RootElement.GetProperty("log_probs").Deserialize<double[]>()!;
        using var policy = Engines.Torch().LoadPolicy(folder);
        var greedy = await policy.SampleAsync(new([new(tokens.AsMemory(0, 1), 1)]),
            new() { ResponseLength = tokens.Length - 1, Cut = new() { TopK = 1 } }, Batches.Streams(1, 1));
        Assert.Equal(tokens, greedy.Tokens.Sequence(0).ToArray());
        Assert.Equal(expected.RootElement.GetProperty("text").GetString()!.Trim(),
            HuggingFaceTokenizer.FromFile(folder).Decode(greedy.Tokens.Response(0)).Trim());
        var outputs = new PolicyOutputs();
        policy.Evaluate(new([new(tokens, 1)]), outputs);
        for (int i = 0; i < logProbs.Length; i++) Assert.Equal(logProbs[i], outputs.LogProbs[i], 1e-4);
    }

    [Fact]
    public void Parts_that_no_family_has_together_agree_too()
    {
        using var expected = s_cpu.CreatePolicy(RewardScaling.Tests.Cpu.Families.Qwen3, Batches.Random);
        using var actual = Engines.Torch().CreatePolicy(RewardScaling.Tests.Cpu.Families.Qwen3, Batches.Random);
        var batch = Batches.Ragged(actual.Shape, 9, 3);
        PolicyOutputs there = new(), here = new();
        expected.Forward(batch, there);
        actual.Forward(batch, here);
        AssertClose(there.LogProbs, here.LogProbs, 1e-5);
        using var folder = new TemporaryFolder();
        actual.Save(folder.File("here"));
        expected.Save(folder.File("there"));
        Assert.Equal(File.ReadAllBytes(folder.File("there")), File.ReadAllBytes(folder.File("here")));
    }

    // After one step from rest the first moment is a tenth of the gradient.
    private static void AssertSameGradients(INetwork expected, INetwork actual)
    {
        using var folder = new TemporaryFolder();
        var options = new AdamWOptions { MaxGradientNorm = double.PositiveInfinity };
        expected.SaveTraining(folder.File("before"));
        expected.Step(options, 0);
        actual.Step(options, 0);
        expected.SaveTraining(folder.File("there"));
        actual.SaveTraining(folder.File("here"));
        expected.RestoreTraining(folder.File("before"));
        SafetensorsFile there = SafetensorsFile.Read(folder.File("there")), here = SafetensorsFile.Read(folder.File("here"));
        foreach (string name in there.Names.Where(static name => name.StartsWith("optimizer.first.", StringComparison.Ordinal)))
        {
            var (e, a) = (there.Tensor(name).Values.ToArray(), here.Tensor(name).Values.ToArray());
            double norm = Math.Sqrt(e.Sum(static value => (double)value * value));
            double difference = Math.Sqrt(e.Zip(a).Sum(static pair => Math.Pow(pair.First - pair.Second, 2)));
            Assert.True(difference <= 1e-4 * norm + 1e-6, $"{name}: the moment of norm {norm} differs by {difference}");
        }
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }

    private static IEnumerable<string> Names(bool scores) => Directory.GetDirectories(s_folder).Select(static path => Path.GetFileName(path))
        .Where(name => name.EndsWith("-score", StringComparison.Ordinal) == scores).Order(StringComparer.Ordinal);
}
