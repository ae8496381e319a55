using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports;
using RewardScaling.Samples.Penalty;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Tests.Samples;

/// <summary>What the penalty sample says of its runs, on runs whose answer is known.</summary>
public sealed class PenaltyTests
{
    private static readonly RandomStream Stream = RandomStream.FromSeed(12);

    [Theory]
    [InlineData(2)]
    [InlineData(1.3)]
    public void The_exponent_of_the_growth_is_found_with_an_interval_over_runs(double exponent)
    {
        var growth = KlGrowth.OfRuns([.. Enumerable.Range(0, 6).Select(seed => Run(seed, step =>
            0.004 * Math.Pow(step, exponent) * Math.Exp(0.05 * Stream.Fork(seed).Normal((ulong)step))))]);
        // The interval is of 95 percent; the seed is fixed.
        Assert.InRange(exponent, growth.Interval.Low, growth.Interval.High);
        Assert.True(growth.Interval.High - growth.Interval.Low < 0.3, growth.ToString());
        Assert.False(growth.Interval.Low <= 3.3 - exponent && growth.Interval.High >= 3.3 - exponent, growth.ToString());
    }

    [Fact]
    public void Saturation_at_the_end_and_noise_at_the_start_are_left_out()
    {
        var growth = KlGrowth.OfRuns([.. Enumerable.Range(0, 3).Select(seed => KlGrowth.BeforeSaturation(Run(seed, static step =>
            step < 2 ? 0.01 : Math.Min(0.01 * step * step, 10))))]);
        Assert.Equal(2, growth.Exponent.Value, 1e-9);
        Assert.Throws<ArgumentException>(() => KlGrowth.OfRuns([Run(0, static step => step)]));
        Assert.Throws<ArgumentException>(() => KlGrowth.BeforeSaturation(Run(0, static _ => 0)));
    }

    [Fact]
    public void Runs_on_the_frontier_are_not_above_it_and_runs_above_it_are()
    {
        IGrouping<string, RewardCurve> free = Group("free", 60, 0), same = Group("slower", 20, 0), better = Group("better", 20, 0.3);
        var on = FrontierTest.Of(same, free);
        Assert.InRange(on.Gap.Mean.Value / on.Gap.Mean.StandardError, -3, 3);
        Assert.Contains("not above", on.ToString(), StringComparison.Ordinal);
        var above = FrontierTest.Of(better, free);
        Assert.Equal(ClaimVerdict.Supported, above.Gap.Verdict);
        Assert.True(above.Gap.PValue < 1e-3);
        Assert.Equal(0.3, above.Gap.Mean.Value, 0.05);
        Assert.Contains("not above the frontier but below it", FrontierTest.Of(Group("worse", 20, -0.3), free).ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FrontierTest.Of(same, free.Take(2)));

        static IGrouping<string, RewardCurve> Group(string label, int steps, double lift) => Enumerable.Range(0, 5).Select(seed =>
            Run(seed, static step => 0.01 * step * step, steps, lift + 0.02 * Stream.Fork(label).Normal((ulong)seed))).GroupBy(_ => label).Single();
    }

    [Fact]
    public void Both_figures_are_drawn()
    {
        var groups = new[] { Run(0, static step => 0.01 * step * step), Run(1, static step => 0.01 * step) }.GroupBy(static run => $"penalty {run.Label[^1]}");
        foreach (var figure in new[] { RunFigures.KlByStep(groups, 2), RunFigures.GoldByKl(groups) })
        {
            string svg = figure.ToSvg();
            Assert.Contains("penalty 1", svg, StringComparison.Ordinal);
            Assert.Equal("svg", System.Xml.Linq.XElement.Parse(svg).Name.LocalName);
        }
        Assert.Throws<ArgumentException>(() => RunFigures.GoldByKl([]));
        Assert.Throws<ArgumentException>(() => RunFigures.KlByStep(new[] { Run(0, static _ => 0) }.GroupBy(static run => run.Label), 2));
    }

    // Gold is a hump over d, moved up by a lift.
    private static RewardCurve Run(int seed, Func<int, double> kl, int steps = 60, double lift = 0) =>
        new(OptimizationMethod.ReinforcementLearning, $"run {seed}", [.. Enumerable.Range(0, steps).Select(step =>
        {
            double value = step == 0 ? 0 : kl(step), d = Math.Sqrt(value);
            return new RewardPoint
            {
                Kl = new(value, 0.01),
                Proxy = new(d, 0.01),
                Gold = new(d - 0.15 * d * d + lift, 0.01),
                Effort = step,
            };
        })]);
}
