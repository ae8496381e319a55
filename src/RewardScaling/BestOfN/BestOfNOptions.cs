using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>How best-of-n splits its work.</summary>
public sealed record BestOfNOptions
{
    /// <summary>
    /// How many rollouts are sampled or scored at once; changes speed, memory and how often progress is told, never a result.
    /// </summary>
    /// <value>Default 1024, a choice of this library.</value>
    public int ChunkSize { get; init; } = 1024;

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(BestOfNOptions));
        faults.Require(ChunkSize >= 1, nameof(ChunkSize), ChunkSize, "at least 1");
        faults.ThrowIfAny();
    }
}
