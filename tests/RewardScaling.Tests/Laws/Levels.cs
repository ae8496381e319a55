namespace RewardScaling.Tests.Laws;

/// <summary>What every interval says of a confidence that is none, such as 95 for 0.95.</summary>
internal static class Levels
{
    public static void MustLieInside0And1(params Func<double, object>[] intervals)
    {
        foreach (var interval in intervals)
            foreach (double level in new[] { 95, 0, 1, double.NaN })
                Assert.StartsWith(FormattableString.Invariant($"level = {level} must be in (0, 1)."),
                    Assert.Throws<ArgumentOutOfRangeException>(() => interval(level)).Message, StringComparison.Ordinal);
    }
}
