using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>What one call of <see cref="Sampler{T, TLanes}"/> draws, and where it goes.</summary>
internal sealed class DrawCall<T>
{
    public TokenBatch Prompts { get; set; } = null!;

    /// <summary>Prompts with their responses; <see cref="Tokens"/> are its tokens.</summary>
    public TokenBatch Batch { get; set; } = null!;

    public int[] Tokens { get; set; } = [];

    /// <summary>Log-probabilities, [sequences, length].</summary>
    public float[] LogProbs { get; set; } = [];

    /// <summary>Values, [sequences, length].</summary>
    public float[] Values { get; set; } = [];

    /// <summary>A stream for each sequence.</summary>
    public ReadOnlyMemory<RandomStream> Streams { get; set; }

    /// <summary>Tokens of each response.</summary>
    public int Length { get; set; }

    /// <summary>Positions of the longest sequence.</summary>
    public int Context { get; set; }

    public T InverseTemperature { get; set; } = default!;

    public TokenCut Cut { get; set; } = TokenCut.None;

    public CancellationToken Cancellation { get; set; }
}
