using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>How <see cref="MeasuredPeak"/> looks for the highest point.</summary>
public sealed record MeasuredPeakOptions
{
    /// <summary>The confidence of each interval and of the set of plausible points, in (0, 1).</summary>
    /// <value>Default 0.95.</value>
    public double Level { get; init; } = 0.95;

    /// <summary>How many draws of the noise the critical values come from; at least 500.</summary>
    /// <value>Default 2000: a level of 0.95 is then met within 0.005.</value>
    public int Draws { get; init; } = 2000;

    /// <summary>The seed of these draws: the same points give the same answer.</summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; init; }

    /// <summary>Faults options nothing can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(MeasuredPeakOptions));
        faults.Require(Level is > 0 and < 1, nameof(Level), Level, "in (0, 1)");
        faults.Require(Draws is >= 500 and <= 1_000_000, nameof(Draws), Draws, "in [500, 1000000]");
        faults.ThrowIfAny();
    }
}
