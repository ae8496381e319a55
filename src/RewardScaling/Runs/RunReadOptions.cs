namespace RewardScaling.Runs;

/// <summary>How files of metrics, scores and preferences are read.</summary>
public sealed record RunReadOptions
{
    /// <summary>
    /// The most bytes that are read of a file, unpacked where it is packed. A number takes less room in memory than in a file, a
    /// text about twice as much.
    /// </summary>
    /// <value>Default 536,870,912 bytes (512 MiB).</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public long MaxBytes
    {
        get;
        init => field = value > 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxBytes), value, FormattableString.Invariant($"MaxBytes = {value} must be positive."));
    } = 1L << 29;
}
