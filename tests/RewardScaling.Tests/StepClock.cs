namespace RewardScaling.Tests;

/// <summary>A clock that moves one second each time it is read.</summary>
internal sealed class StepClock : TimeProvider
{
    private long _seconds;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => _seconds++;
}
