using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>How files of metrics, scores and preferences are read.</summary>
public sealed record RunReadOptions
{
    /// <summary>
    /// The most bytes that are read of a file, unpacked where it is packed. A number takes less room in memory than in a file, a
    /// text about twice as much.
    /// </summary>
    /// <value>Default 536,870,912 bytes (512 MiB).</value>
    public long MaxBytes { get; init; } = 1L << 29;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(RunReadOptions));
        faults.Require(MaxBytes > 0, nameof(MaxBytes), MaxBytes, "positive");
        faults.ThrowIfAny();
    }
}
