using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>How a reward model behind a call that may fail is asked.</summary>
public sealed record RemoteScoringOptions
{
    /// <summary>How many calls may be under way; at least 1.</summary>
    /// <value>Default 8.</value>
    public int CallsAtOnce { get; init; } = 8;

    /// <summary>How often a rollout is tried before its fault goes on to the caller; at least 1.</summary>
    /// <value>Default 4.</value>
    public int Attempts { get; init; } = 4;

    /// <summary>The wait before the second attempt; it doubles with each further one. Not negative.</summary>
    /// <value>Default half a second, so that four attempts wait for 3.5 seconds in all.</value>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Which faults may pass by themselves; others go on to the caller at once.</summary>
    /// <value>Default <see cref="HttpRequestException"/>, <see cref="IOException"/> and <see cref="TimeoutException"/>.</value>
    public Func<Exception, bool> MayPass { get; init; } =
        static fault => fault is HttpRequestException or IOException or TimeoutException;

    /// <summary>
    /// How many scores are kept by prompt and response, so that a text seen before is not asked for again; 0 for none. Texts
    /// beyond these are asked for each time. The score of a text must not change.
    /// </summary>
    /// <value>Default 0.</value>
    public int CachedScores { get; init; }

    /// <summary>What waits are timed with.</summary>
    /// <value>Default the system's clock.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(RemoteScoringOptions));
        faults.Require(CallsAtOnce >= 1, nameof(CallsAtOnce), CallsAtOnce, "at least 1");
        faults.Require(Attempts >= 1, nameof(Attempts), Attempts, "at least 1");
        faults.Require(FirstDelay >= TimeSpan.Zero, nameof(FirstDelay), FirstDelay, "not negative");
        faults.Require(CachedScores >= 0, nameof(CachedScores), CachedScores, "at least 0");
        faults.ThrowIfAny();
        ArgumentNullException.ThrowIfNull(MayPass);
        ArgumentNullException.ThrowIfNull(Clock);
    }

    /// <summary>How many calls, attempts and kept scores.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{CallsAtOnce} calls at once, {Attempts} attempts from {FirstDelay.TotalSeconds} s on, {CachedScores} scores kept");
}
