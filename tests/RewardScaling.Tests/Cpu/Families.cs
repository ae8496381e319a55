using RewardScaling.Models;

namespace RewardScaling.Tests.Cpu;

/// <summary>One small shape of each family of kernels, in which nothing is a multiple of anything.</summary>
internal static class Families
{
    /// <summary>LayerNorm, learned positions, the tanh approximation, a tied head.</summary>
    public static TransformerShape Gpt2 { get; } = new()
    {
        Vocabulary = 9,
        Context = 9,
        Width = 6,
        Layers = 2,
        Heads = 2,
        FeedForwardWidth = 7,
        Activation = Activation.GeluTanh,
        Biases = Biases.Everywhere with { Head = false },
        TiesHead = true,
    };

    /// <summary>Parallel blocks, LayerNorm of another epsilon, a part of each head turning.</summary>
    public static TransformerShape NeoX { get; } = new()
    {
        Vocabulary = 7,
        Context = 11,
        Width = 10,
        Layers = 2,
        Heads = 2,
        FeedForwardWidth = 9,
        Normalization = new(NormalizationKind.LayerNorm, 1e-3),
        Rotary = new() { Width = 4, Base = 30 },
        Biases = Biases.Everywhere with { Head = false },
        IsParallel = true,
    };

    /// <summary>Root mean squares, gates, shared keys and values, stretched frequencies, biases on queries, keys and values.</summary>
    public static TransformerShape Llama { get; } = new()
    {
        Vocabulary = 7,
        Context = 12,
        Width = 6,
        Layers = 2,
        Heads = 6,
        KeyValueHeads = 2,
        HeadWidth = 4,
        FeedForwardWidth = 5,
        Activation = Activation.Silu,
        IsGated = true,
        Normalization = new(NormalizationKind.RootMeanSquare, 1e-4),
        Rotary = new()
        {
            Width = 4,
            Base = 30,
            Scaling = new() { Kind = RotaryScalingKind.Yarn, Factor = 3, OriginalContext = 4, Magnitude = 1.2 },
        },
        Biases = Biases.Nowhere with { QueryKeyValue = true },
    };

    /// <summary>The same with normalised queries and keys, a tied head and parallel blocks, which no family has together.</summary>
    public static TransformerShape Qwen3 { get; } = Llama with
    {
        KeyValueHeads = 1,
        Heads = 3,
        NormalizesQueriesAndKeys = true,
        Biases = Biases.Nowhere with { FeedForward = true, AttentionOutput = true },
        TiesHead = true,
        IsParallel = true,
    };
}
