using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Contracts;

/// <summary>Shapes and batches that engine tests share.</summary>
internal static class Batches
{
    /// <summary>Nothing is a multiple of a register: vocabulary 11, width 6, heads of 3, feed-forward 10.</summary>
    public static TransformerShape Odd { get; } =
        new() { Vocabulary = 11, Context = 20, Width = 6, Layers = 2, Heads = 2, FeedForwardWidth = 10 };

    /// <summary>Small enough for finite differences by every parameter.</summary>
    public static TransformerShape Tiny { get; } =
        new() { Vocabulary = 5, Context = 8, Width = 4, Layers = 1, Heads = 2, FeedForwardWidth = 6 };

    /// <summary>Whole registers, several tiles.</summary>
    public static TransformerShape Even { get; } = new() { Vocabulary = 32, Context = 40, Width = 32, Layers = 2, Heads = 4 };

    public static RandomStream Random { get; } = RandomStream.FromSeed(20);

    /// <summary>Random sequences of random lengths, some without a response if asked for.</summary>
    public static TokenBatch Ragged(TransformerShape shape, int count, ulong seed, bool someEmpty = true)
    {
        var random = RandomStream.FromSeed(seed);
        var sequences = new TokenSequence[count];
        for (int i = 0; i < count; i++)
        {
            var numbers = random.Fork(i);
            int length = 2 + numbers.Below(0, shape.Context - 1), prompt = 1 + numbers.Below(1, someEmpty ? length : length - 1);
            sequences[i] = new(Tokens(numbers, length, shape), prompt);
        }
        return new(sequences);
    }

    /// <summary>Prompts of different lengths that leave room for a response.</summary>
    public static TokenBatch Prompts(TransformerShape shape, int count, int response, ulong seed)
    {
        var random = RandomStream.FromSeed(seed);
        var sequences = new TokenSequence[count];
        for (int i = 0; i < count; i++)
        {
            int length = 1 + random.Fork(i).Below(0, shape.Context - response);
            sequences[i] = new(Tokens(random.Fork(i), length, shape), length);
        }
        return new(sequences);
    }

    /// <summary>A stream for each prompt.</summary>
    public static RandomStream[] Streams(int count, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(i => RandomStream.FromSeed(seed).Fork(i))];

    /// <summary>Standard normal numbers for every output: the derivatives of some loss.</summary>
    public static PolicyOutputs Slopes(int count, ulong seed)
    {
        var random = RandomStream.FromSeed(seed);
        var slopes = new PolicyOutputs();
        slopes.Reset(count);
        for (int i = 0; i < count; i++)
        {
            slopes.LogProbs[i] = (float)random.Normal((ulong)(3 * i));
            slopes.Entropies[i] = (float)random.Normal((ulong)(3 * i + 1));
            slopes.Values[i] = (float)random.Normal((ulong)(3 * i + 2));
        }
        return slopes;
    }

    /// <summary>A policy whose biases, gains and value head have left their first values.</summary>
    public static ITrainablePolicy Trained(IEngine engine, TransformerShape shape, ulong seed = 1)
    {
        var policy = engine.CreatePolicy(shape, RandomStream.FromSeed(seed));
        for (int step = 0; step < 3; step++) Train(policy, seed + 100);
        return policy;
    }

    /// <summary>A step along the gradient of some loss.</summary>
    public static void Train(ITrainablePolicy policy, ulong seed)
    {
        var batch = Ragged(policy.Shape, 5, seed);
        policy.Forward(batch, new());
        policy.Backward(Slopes(batch.TotalResponseTokens, seed));
        policy.Step(new() { MaxGradientNorm = double.PositiveInfinity }, 0.05);
    }

    private static int[] Tokens(RandomStream numbers, int length, TransformerShape shape) =>
        [.. Enumerable.Range(0, length).Select(t => numbers.Fork("tokens").Below((ulong)t, shape.Vocabulary))];
}
