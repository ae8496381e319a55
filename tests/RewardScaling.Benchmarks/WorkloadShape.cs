using RewardScaling.Models;

namespace RewardScaling.Benchmarks;

/// <summary>The sizes of the comparison, the same as the peer's.</summary>
internal sealed record WorkloadShape(string Name, TransformerShape Network, int Prompt, int Response, int TrainingBatch,
    int Samples, int Rollouts)
{
    public static WorkloadShape Small { get; } =
        new("small", new() { Vocabulary = 32, Context = 16, Width = 64, Layers = 2, Heads = 4 }, 4, 12, 128, 1024, 256);

    public static WorkloadShape Medium { get; } =
        new("medium", new() { Vocabulary = 256, Context = 128, Width = 256, Layers = 4, Heads = 8 }, 32, 96, 16, 64, 64);

    /// <summary>110 million parameters, for a GPU.</summary>
    public static WorkloadShape Large { get; } =
        new("large", new() { Vocabulary = 16384, Context = 256, Width = 768, Layers = 12, Heads = 12 }, 64, 192, 16, 64, 64);

    /// <summary>The shape an option names.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static WorkloadShape Of(string option, string name) => name switch
    {
        "small" => Small,
        "medium" => Medium,
        "large" => Large,
        _ => throw new ArgumentException($"{option} {name} must be small, medium or large."),
    };

    public int Length => Prompt + Response;
}
