using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Tests;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>The same numbers as the CPU engine's, from the same weights.</summary>
public sealed class AgreementTests
{
    private static readonly CpuEngine s_cpu = new(1);

    public static TheoryData<bool, RewardReadout> Models =>
        [(false, RewardReadout.LastToken), (true, RewardReadout.LastToken), (false, RewardReadout.ResponseMean), (true, RewardReadout.ResponseMean)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_stream_gives_the_same_first_weights(bool even)
    {
        var shape = even ? Batches.Even : Batches.Odd;
        using var expected = s_cpu.CreatePolicy(shape, Batches.Random);
        using var actual = Engines.Torch().CreatePolicy(shape, Batches.Random);
        AssertSameFile(expected.Save, actual.Save);
        using var teacher = s_cpu.CreateRewardModel(shape, Batches.Random, 0.2, 0.5);
        using var other = Engines.Torch().CreateRewardModel(shape, Batches.Random, 0.2, 0.5);
        AssertSameFile(teacher.Save, other.Save);
        Assert.Equal(expected.ParameterCount, actual.ParameterCount);
        Assert.Equal(teacher.ParameterCount, other.ParameterCount);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 0.7)]
    public void Outputs_agree_to_1e_5(bool even, double temperature)
    {
        var (expected, actual) = Policies(even ? Batches.Even : Batches.Odd);
        using (expected)
        using (actual)
        {
            foreach (var batch in (TokenBatch[])[Batches.Ragged(actual.Shape, 40, 3), Uniform(actual.Shape, 16)])
            {
                PolicyOutputs there = new(), here = new();
                expected.Evaluate(batch, there, temperature);
                actual.Evaluate(batch, here, temperature);
                AssertClose(there.LogProbs, here.LogProbs, 1e-5);
                AssertClose(there.Entropies, here.Entropies, 1e-5);
                AssertClose(there.Values, here.Values, 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Scores_agree_to_1e_5(bool even, RewardReadout readout)
    {
        var (expected, actual) = RewardModels((even ? Batches.Even : Batches.Odd) with { Readout = readout });
        using (expected)
        using (actual)
        {
            foreach (var batch in (TokenBatch[])[Batches.Ragged(actual.Shape, 40, 3, someEmpty: false), Uniform(actual.Shape, 16)])
            {
                float[] there = new float[batch.Count], here = new float[batch.Count];
                expected.Score(batch, there);
                actual.Score(batch, here);
                AssertClose(there, here, 1e-5);
            }
        }
    }

    // With β1 = 0 and no clipping the first moment after a step is the gradient.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_agree_to_1e_4_and_a_step_to_1e_6(bool even)
    {
        var (expected, actual) = Policies(even ? Batches.Even : Batches.Odd);
        using (expected)
        using (actual)
        {
            var batch = Batches.Ragged(actual.Shape, 20, 5);
            var slopes = Batches.Slopes(batch.TotalResponseTokens, 6);
            // Where a gradient is zero but for rounding, as by the keys' biases, its direction is noise: epsilon keeps it small.
            var options = new AdamWOptions { Beta1 = 0, MaxGradientNorm = double.PositiveInfinity, Epsilon = 1e-2, WeightDecay = 0.1 };
            foreach (var policy in (ITrainablePolicy[])[expected, actual])
            {
                policy.Forward(batch, new(), 0.9);
                policy.Backward(slopes);
            }
            double norm = expected.Step(options, 1e-3);
            Assert.Equal(norm, actual.Step(options, 1e-3), 1e-4 * norm);
            CompareStep(expected.SaveTraining, actual.SaveTraining);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Gradients_of_a_reward_model_agree_to_1e_4_and_a_step_to_1e_6(bool even, RewardReadout readout)
    {
        var (expected, actual) = RewardModels((even ? Batches.Even : Batches.Odd) with { Readout = readout });
        using (expected)
        using (actual)
        {
            var batch = Batches.Ragged(actual.Shape, 20, 7, someEmpty: false);
            float[] slopes = [.. Enumerable.Range(0, 20).Select(static i => (float)Batches.Random.Normal((ulong)i))];
            var options = new AdamWOptions { Beta1 = 0, MaxGradientNorm = double.PositiveInfinity, Epsilon = 1e-2, WeightDecay = 0.1 };
            foreach (var model in (ITrainableRewardModel[])[expected, actual])
            {
                model.Forward(batch, new float[20]);
                model.Backward(slopes);
                model.Step(options, 1e-3);
            }
            CompareStep(expected.SaveTraining, actual.SaveTraining);
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 0.6)]
    public async Task The_same_seed_draws_the_same_tokens_but_at_a_boundary(bool even, double temperature)
    {
        const int Count = 1000, Length = 8;
        var (expected, actual) = Policies(even ? Batches.Even : Batches.Odd);
        using (expected)
        using (actual)
        {
            var prompts = Batches.Prompts(actual.Shape, Count, Length, 8);
            var streams = Batches.Streams(Count, 9);
            var options = new SamplingOptions { ResponseLength = Length, Temperature = temperature };
            var there = await expected.SampleAsync(prompts, options, streams, TestContext.Current.CancellationToken);
            var here = await actual.SampleAsync(prompts, options, streams, TestContext.Current.CancellationToken);
            var plain = ReferenceTransformer.Of(expected.Save, expected.Shape);
            int others = 0;
            for (int i = 0; i < Count; i++)
            {
                if (there.Tokens.Sequence(i).SequenceEqual(here.Tokens.Sequence(i)))
                {
                    AssertClose(there.LogProbs.AsSpan(i * Length, Length), here.LogProbs.AsSpan(i * Length, Length), 2e-5);
                    AssertClose(there.Values.AsSpan(i * Length, Length), here.Values.AsSpan(i * Length, Length), 2e-5);
                    continue;
                }
                others++;
                int t = there.Tokens.Response(i).CommonPrefixLength(here.Tokens.Response(i));
                double[] next = plain.Distribution(there.Tokens.Sequence(i)[..(there.Tokens.PromptLengths[i] + t)], temperature);
                double draw = streams[i].Uniform((ulong)t), sum = 0, nearest = 1;
                foreach (double p in next) nearest = Math.Min(nearest, Math.Abs((sum += p) - draw));
                Assert.True(nearest < 1e-5, $"prompt {i}, token {t}: the draw {draw} is {nearest} from a boundary");
            }
            // 8000 draws among at most 32 boundaries that agree to about 1e-6: a quarter of one is expected to differ.
            Assert.InRange(others, 0, 4);
        }
    }

    [Fact]
    public void A_file_of_either_engine_loads_in_the_other_and_back_to_the_byte()
    {
        using var folder = new TemporaryFolder();
        string one = folder.File("one"), two = folder.File("two");
        var torch = Engines.Torch();
        using var policy = s_cpu.CreatePolicy(Batches.Odd, Batches.Random);
        Train(policy);
        policy.SaveTraining(one);
        using var other = torch.CreatePolicy(Batches.Odd, RandomStream.FromSeed(9));
        other.RestoreTraining(one);
        other.SaveTraining(two);
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(two));
        using var model = torch.CreateRewardModel(Batches.Odd with { Readout = RewardReadout.ResponseMean }, Batches.Random);
        model.Save(one);
        using var back = s_cpu.LoadRewardModel(one);
        back.Save(two);
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(two));
    }

    /// <summary>Two policies of the same weights, away from their first ones.</summary>
    private static (ITrainablePolicy Cpu, ITrainablePolicy Torch) Policies(TransformerShape shape)
    {
        var torch = Engines.Torch();
        using var folder = new TemporaryFolder();
        using var policy = s_cpu.CreatePolicy(shape, RandomStream.FromSeed(1));
        for (int step = 0; step < 3; step++) Train(policy);
        policy.Save(folder.File("policy"));
        return (policy.Clone(), torch.LoadPolicy(folder.File("policy")));
    }

    private static (ITrainableRewardModel Cpu, ITrainableRewardModel Torch) RewardModels(TransformerShape shape)
    {
        var torch = Engines.Torch();
        using var folder = new TemporaryFolder();
        using var model = s_cpu.CreateRewardModel(shape, RandomStream.FromSeed(2));
        for (int step = 0; step < 3; step++)
        {
            model.Forward(Batches.Ragged(shape, 5, 8, someEmpty: false), new float[5]);
            model.Backward([1, -1, 0.5f, 2, -3]);
            model.Step(new(), 0.05);
        }
        model.Save(folder.File("model"));
        return (model.Clone(), torch.LoadRewardModel(folder.File("model")));
    }

    private static void Train(ITrainablePolicy policy)
    {
        var batch = Batches.Ragged(policy.Shape, 6, 3);
        policy.Forward(batch, new());
        policy.Backward(Batches.Slopes(batch.TotalResponseTokens, 4));
        policy.Step(new() { MaxGradientNorm = double.PositiveInfinity }, 0.05);
    }

    private static TokenBatch Uniform(TransformerShape shape, int count) => new([.. Enumerable.Range(0, count).Select(i =>
        new TokenSequence(Enumerable.Range(0, 12).Select(t => (i * 7 + t * t) % shape.Vocabulary).ToArray(), 4))]);

    private static void CompareStep(Action<string> saveExpected, Action<string> saveActual)
    {
        using var folder = new TemporaryFolder();
        saveExpected(folder.File("expected"));
        saveActual(folder.File("actual"));
        SafetensorsFile expected = SafetensorsFile.Read(folder.File("expected")), actual = SafetensorsFile.Read(folder.File("actual"));
        foreach (string name in expected.Names)
        {
            ReadOnlySpan<float> there = expected.Tensor(name).Values, here = actual.Tensor(name).Values;
            if (name.StartsWith("optimizer.second", StringComparison.Ordinal)) continue;
            // Relative to the gradient of the parameter as a whole: a single number may be small by cancellation.
            double size = 0, difference = 0;
            for (int i = 0; i < there.Length; i++)
            {
                size += (double)there[i] * there[i];
                difference += ((double)there[i] - here[i]) * ((double)there[i] - here[i]);
            }
            if (name.StartsWith("optimizer.first", StringComparison.Ordinal))
                Assert.True(Math.Sqrt(difference) <= 1e-4 * Math.Sqrt(size) + 1e-4, $"{name}: {Math.Sqrt(difference)} of {Math.Sqrt(size)}");
            else AssertClose(there, here, 1e-6, name);
        }
    }

    private static void AssertSameFile(Action<string> saveExpected, Action<string> saveActual)
    {
        using var folder = new TemporaryFolder();
        saveExpected(folder.File("expected"));
        saveActual(folder.File("actual"));
        Assert.Equal(File.ReadAllBytes(folder.File("expected")), File.ReadAllBytes(folder.File("actual")));
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string name = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{name}[{i}]: {actual[i]} instead of {expected[i]}");
    }
}
