using System.Numerics;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Tests;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>
/// The engines round differently. Over a few passes that shows in the sixth digit; many large steps over few comparisons amplify any
/// difference, until an engine differs from itself, its first weights moved by one unit in the last place, as from the other.
/// </summary>
public sealed class RoundingTests
{
    private const int PromptLength = 2, Responses = 32, OnCpu = 20, OnTorch = 4;
    private static readonly TransformerShape s_shape = new() { Vocabulary = 16, Context = 8, Width = 16, Layers = 1, Heads = 2 };
    private static readonly CpuEngine s_cpu = new(1);
    private static readonly ComparisonSet s_comparisons = Comparisons();
    private static readonly TokenBatch s_pool = Sequences(32, Responses, RandomStream.FromSeed(5).Fork("pool"));

    [Fact]
    public void After_a_few_passes_the_engines_agree_to_four_digits()
    {
        var here = Train(Engines.Torch(), null, epochs: 4);
        var there = Train(s_cpu, null, epochs: 4);
        Assert.Equal(there.Loss, here.Loss, 1e-4 * there.Loss);
        Assert.Equal(there.Best, here.Best, 1e-4 * there.Best);
    }

    // Every training begins with a move of its own, so that were the engines alike the 24 outcomes could change places: which of them
    // are libtorch's would be one of 10,626 equally likely choices, whatever their distribution. An outcome fails when five choices or
    // fewer set the groups as far apart, so for the two of them 1 machine in 1,000 raises a false alarm; on one machine seeds decide.
    // Nor need they round equally coarsely: moves ten times as large spread the outcomes no further.
    [Fact]
    public void After_many_passes_an_engine_differs_from_itself_as_from_the_other()
    {
        var engine = Engines.Torch();
        Outcome[] here = [.. Enumerable.Range(OnCpu, OnTorch).Select(move => Train(engine, move, epochs: 37))];
        Outcome[] there = [.. Enumerable.Range(0, OnCpu).Select(move => Train(s_cpu, move, epochs: 37))];
        AssertAlike("held-out loss", there, here, static outcome => outcome.Loss);
        AssertAlike("mean of the largest of 32 scores", there, here, static outcome => outcome.Best);
    }

    private static void AssertAlike(string what, Outcome[] there, Outcome[] here, Func<Outcome, double> read)
    {
        double[] all = [.. here.Concat(there).Select(read)];
        var apart = new Distances(all);
        var (between, within) = apart.Of((1u << here.Length) - 1);
        string report = $"{what}: mean {there.Average(read):G5} on the CPU engine, {here.Average(read):G5} on libtorch; "
            + $"mean difference of two trainings {within:G3} on one engine, {between:G3} on the two";
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        // A unit in the last place is at most 1.2e-7 of a weight.
        Assert.True(within > 0.01 * all.Average(), "Not amplified, so nothing is compared. " + report);
        double[] choices = [.. apart.Choices(here.Length).Select(apart.Of).Select(static d => d.Between / d.Within)];
        Assert.Equal(10_626, choices.Length);
        Assert.True(choices.Count(ratio => ratio >= between / within) > 5, report);
    }

    private static Outcome Train(IEngine engine, int? move, int epochs)
    {
        using var model = FirstModel(engine, move);
        // Ten times the rate of the quick study, so that hundreds of steps do here what thousands do there.
        var options = new RewardModelTrainingOptions { Epochs = epochs, BatchSize = 8, LearningRate = new() { Peak = 0.03 } };
        var trained = new RewardModelTrainer(options).Train(model, s_comparisons, RandomStream.FromSeed(10),
            cancellationToken: TestContext.Current.CancellationToken);
        var scores = new float[s_pool.Count];
        model.Score(s_pool, scores);
        return new(trained.HeldOut.Loss.Value, scores.Chunk(Responses).Average(static prompt => prompt.Max()) - scores.Average());
    }

    // The same first weights on both engines, but for their last bit where a move is asked for.
    private static ITrainableRewardModel FirstModel(IEngine engine, int? move)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model");
        using (var first = s_cpu.CreateRewardModel(s_shape, RandomStream.FromSeed(9))) first.Save(path);
        if (move is { } number)
        {
            var file = SafetensorsFile.Read(path);
            var stream = RandomStream.FromSeed(1000).Fork(number);
            SafetensorsFile.Write(path, file.Names.Select(name => Moved(file.Tensor(name), stream.Fork(name))), file.Metadata);
        }
        return engine.LoadRewardModel(path);
    }

    // By one unit in the last place, up or down; a zero stays.
    private static NamedTensor Moved(NamedTensor tensor, RandomStream stream)
    {
        float[] values = tensor.Values.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == 0) continue;
            values[i] = stream.Uniform((ulong)i) < 0.5 ? MathF.BitIncrement(values[i]) : MathF.BitDecrement(values[i]);
        }
        return new(tensor.Name, tensor.Shape, values);
    }

    // A random network prefers one of two random responses: 64 comparisons to train on, 128 held out.
    private static ComparisonSet Comparisons()
    {
        using var gold = s_cpu.CreateRewardModel(s_shape, RandomStream.FromSeed(7), 0.3);
        var pairs = Sequences(256, 2, RandomStream.FromSeed(5).Fork("pairs"));
        var scores = new float[pairs.Count];
        gold.Score(pairs, scores);
        var comparisons = Enumerable.Range(0, 256).Select(i => scores[2 * i] > scores[2 * i + 1]
            ? new Comparison(pairs[2 * i], pairs[2 * i + 1]) : new Comparison(pairs[2 * i + 1], pairs[2 * i]));
        return ComparisonSet.Split([.. comparisons], RandomStream.FromSeed(8), heldOutShare: 0.5).WithTraining(64);
    }

    private static TokenBatch Sequences(int prompts, int responses, RandomStream stream) => new([..
        from prompt in Enumerable.Range(0, prompts)
        from response in Enumerable.Range(0, responses)
        let numbers = stream.Fork(prompt)
        select new TokenSequence(Enumerable.Range(0, s_shape.Context).Select(t =>
            (t < PromptLength ? numbers : numbers.Fork(response)).Below((ulong)t, s_shape.Vocabulary)).ToArray(), PromptLength)]);

    // Of a trained model: its held-out loss, and how far the largest score of a prompt's responses lies above the mean score.
    private readonly record struct Outcome(double Loss, double Best);

    /// <summary>The differences of some numbers, between two groups of them and within.</summary>
    private sealed class Distances(double[] numbers)
    {
        /// <summary>Mean differences: of a number of one group and one of the other; of two of a group, the mean of the groups.</summary>
        /// <param name="group">One of the groups: number i belongs to it where bit i is set.</param>
        public (double Between, double Within) Of(uint group)
        {
            int one = BitOperations.PopCount(group), other = numbers.Length - one;
            double across = 0, inOne = 0, inOther = 0;
            for (int i = 0; i < numbers.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    double distance = Math.Abs(numbers[i] - numbers[j]);
                    bool a = (group >> i & 1) != 0, b = (group >> j & 1) != 0;
                    if (a != b) across += distance;
                    else if (a) inOne += distance;
                    else inOther += distance;
                }
            }
            // The mean over the pairs of a group is its sum times 2 / (k (k - 1)); half of that counts.
            return (across / (one * other), inOne / (one * (one - 1)) + inOther / (other * (other - 1)));
        }

        /// <summary>Every group of so many numbers.</summary>
        public IEnumerable<uint> Choices(int count)
        {
            uint end = 1u << numbers.Length;
            // The next larger number with as many bits set.
            for (uint group = (1u << count) - 1; group < end;)
            {
                yield return group;
                uint lowest = group & (~group + 1), carried = group + lowest;
                group = carried | ((group ^ carried) >> 2) / lowest;
            }
        }
    }
}
