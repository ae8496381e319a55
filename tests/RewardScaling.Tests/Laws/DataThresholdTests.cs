using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class DataThresholdTests(ITestOutputHelper output)
{
    private static readonly double[] Counts = [250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000];

    private static LossPoint[] Points(double change, double slope, double error, RandomStream? stream = null, double[]? counts = null) =>
        [.. (counts ?? Counts).Select((n, i) => new LossPoint(n, new(DataThreshold.Chance - slope * Math.Max(0, Math.Log(n / change))
            + error * (stream?.Normal((ulong)i) ?? 0), error)))];

    [Fact]
    public void An_exact_broken_line_gives_its_change_point_back()
    {
        var threshold = DataThreshold.Of(Points(2600, 0.02, 0.002));
        Assert.Equal(2600, threshold.ChangePoint, 0.1);
        Assert.Equal(0.02, threshold.Slope, 1e-6);
        Assert.Equal(2000, threshold.LargestAtChance);
        Assert.Equal(4000, threshold.SmallestKnown);
        Assert.True(threshold.Interval.IsBounded && threshold.Interval.Contains(2600));
        Assert.InRange(threshold.Interval.Low, 1500, 2600);
        Assert.InRange(threshold.Interval.High, 2600, 4500);
        Assert.StartsWith("At 2000 comparisons the reward model cannot be told from chance (ln 2); from 4000 on it can; the loss begins to decline at 2.6E+03 comparisons, 95 percent interval ",
            threshold.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_profile_is_the_likelihood_ratio_written_out()
    {
        // At the bounds of the interval the best line with that change point is worse by 1.96² = 3.8415.
        var points = Points(2600, 0.02, 0.002);
        var interval = DataThreshold.Of(points).Interval;
        double Chi2(double c)
        {
            double cross = points.Sum(p => Math.Max(0, Math.Log(p.Comparisons / c)) * (DataThreshold.Chance - p.Loss.Value)),
                norm = points.Sum(p => Math.Pow(Math.Max(0, Math.Log(p.Comparisons / c)), 2)), s = cross / norm;
            return points.Sum(p => Math.Pow((DataThreshold.Chance - p.Loss.Value - s * Math.Max(0, Math.Log(p.Comparisons / c))) / 0.002, 2));
        }
        Assert.Equal(3.841459, Chi2(interval.Low), 1e-4);
        Assert.Equal(3.841459, Chi2(interval.High), 1e-4);
    }

    [Fact]
    public void Coverage_and_false_alarms_are_as_stated()
    {
        // 1000 data sets each; the share's own error is 0.7 percent.
        int covered = 0, bounded = 0, chanceAlarms = 0, declineAlarms = 0, stepAlarms = 0;
        Parallel.For(0, 1000, set =>
        {
            var stream = RandomStream.FromSeed(2000).Fork(set);
            var threshold = DataThreshold.Of(Points(2600, 0.015, 0.003, stream));
            if (threshold.Interval.Contains(2600)) Interlocked.Increment(ref covered);
            if (threshold.Interval.IsBounded) Interlocked.Increment(ref bounded);
            // Up to 2000 comparisons these know nothing.
            if (threshold.SmallestKnown <= 2000) Interlocked.Increment(ref stepAlarms);
            var nothing = DataThreshold.Of(Points(1, 0, 0.003, stream.Fork("chance")));
            if (double.IsFinite(nothing.SmallestKnown)) Interlocked.Increment(ref chanceAlarms);
            if (double.IsFinite(nothing.Interval.High)) Interlocked.Increment(ref declineAlarms);
        });
        output.WriteLine($"covered {covered}, bounded {bounded}, chance called known {stepAlarms} and {chanceAlarms}, decline where there is none {declineAlarms}, of 1000");
        Assert.InRange(covered, 930, 975);
        Assert.InRange(bounded, 980, 1000);
        Assert.InRange(stepAlarms, 25, 72);
        Assert.InRange(chanceAlarms, 28, 72);
        // The bound is one: at most 5 percent.
        Assert.InRange(declineAlarms, 15, 65);
    }

    [Fact]
    public void What_the_data_do_not_limit_is_said_to_be_unbounded()
    {
        var nothing = DataThreshold.Of([.. Counts.Select(static (n, i) => new LossPoint(n, new(DataThreshold.Chance + (i % 2 == 0 ? 1e-3 : -2e-3), 0.003)))]);
        Assert.Equal(double.PositiveInfinity, nothing.Interval.High);
        Assert.Equal(64000, nothing.LargestAtChance);
        Assert.Contains("the most that were tried", nothing.ToString(), StringComparison.Ordinal);
        var rising = DataThreshold.Of([.. Counts.Select(static n => new LossPoint(n, new(0.7, 0.002)))]);
        Assert.Equal(double.PositiveInfinity, rising.ChangePoint);
        Assert.Contains("the loss does not decline", rising.ToString(), StringComparison.Ordinal);
        Assert.Contains("overfitted", rising.ToString(), StringComparison.Ordinal);
        // A loss below chance by the same amount everywhere: the decline lies before the first count.
        var early = DataThreshold.Of([.. Counts.Select(static n => new LossPoint(n, new(0.6, 0.002)))]);
        Assert.Equal(0, early.Interval.Low);
        Assert.Equal(0, early.LargestAtChance);
        Assert.StartsWith("Every reward model beats chance, from 250 comparisons on", early.ToString(), StringComparison.Ordinal);
        Assert.Contains("or less (unbounded: it may decline from before the first count)", early.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_does_not_fit_says_so_and_widens_its_interval()
    {
        // A loss that levels off again, measured far better than the broken line can follow.
        LossPoint[] Curved(double error) => [.. Counts.Select(n => new LossPoint(n, new(DataThreshold.Chance - 0.1 / (1 + Math.Pow(5000 / n, 2)), error)))];
        var rough = DataThreshold.Of(Curved(0.0005));
        Assert.True(rough.Misfit > 3);
        Assert.Contains("does not fit", rough.ToString(), StringComparison.Ordinal);
        var widened = rough.Interval;
        // Errors believed would give an interval of about 1.96 sqrt(Misfit) less.
        Assert.True(widened.High / widened.Low > 1.3, $"{widened}");
    }

    [Fact]
    public void Losses_of_several_seeds_are_averaged_by_their_errors()
    {
        var points = Points(2600, 0.02, 0.002);
        LossPoint[] split = [.. points.SelectMany(static p => new[] { new LossPoint(p.Comparisons, new(p.Loss.Value + 0.001, 0.002 * Math.Sqrt(2))),
            new LossPoint(p.Comparisons, new(p.Loss.Value - 0.001, 0.002 * Math.Sqrt(2))) })];
        Assert.Equal(DataThreshold.Of(points).Interval.Low, DataThreshold.Of(split).Interval.Low, 1e-6);
        Assert.Equal(DataThreshold.Of(points).ToString(), DataThreshold.Of([.. split.Reverse()]).ToString());
    }

    [Theory]
    [InlineData(0.0, 0.01, "comparisons = 0 must be positive")]
    [InlineData(double.NaN, 0.01, "comparisons = NaN")]
    [InlineData(100.0, 0.0, "needs a standard error above 0")]
    public void Faults_of_a_point_name_what_is_wrong(double comparisons, double error, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(() => new LossPoint(comparisons, new(0.69, error))).Message, StringComparison.Ordinal);

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        Assert.Contains("needs a standard error", Assert.Throws<ArgumentException>(static () => new LossPoint(5, Estimate.WithoutError(0.6))).Message, StringComparison.Ordinal);
        Assert.Contains("3 different counts", Assert.Throws<ArgumentException>(static () =>
            DataThreshold.Of(Points(1, 1, 0.01, counts: [1, 2, 3, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("level = 0.5", Assert.Throws<ArgumentOutOfRangeException>(static () => DataThreshold.Of(Points(1, 1, 0.01), 0.5)).Message, StringComparison.Ordinal);
    }
}
