using RewardScaling.Models;

namespace RewardScaling.Benchmarks;

/// <summary>A family at the size of a known model.</summary>
internal sealed record FamilyShape(string Name, TransformerShape Network)
{
    /// <summary>GPT-2 of 124 million parameters, and Qwen2 of 0.5 billion.</summary>
    public static IReadOnlyList<FamilyShape> All { get; } =
    [
        new("gpt2", new()
        {
            Vocabulary = 50257,
            Context = 1024,
            Width = 768,
            Layers = 12,
            Heads = 12,
            Activation = Activation.GeluTanh,
            Biases = Biases.Everywhere with { Head = false },
            TiesHead = true,
        }),
        new("qwen2", new()
        {
            Vocabulary = 151936,
            Context = 32768,
            Width = 896,
            Layers = 24,
            Heads = 14,
            KeyValueHeads = 2,
            FeedForwardWidth = 4864,
            Activation = Activation.Silu,
            IsGated = true,
            Normalization = new(NormalizationKind.RootMeanSquare, 1e-6),
            Rotary = new() { Width = 64, Base = 1e6 },
            Biases = Biases.Nowhere with { QueryKeyValue = true },
            TiesHead = true,
        }),
    ];

    /// <summary>The shape of a name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static FamilyShape Of(string name) => All.FirstOrDefault(shape => shape.Name == name)
        ?? throw new ArgumentException($"--shapes {name} must be of {string.Join(", ", All.Select(static shape => shape.Name))}.");
}
