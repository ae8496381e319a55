using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports;

namespace RewardScaling.Tests.Reports;

public sealed class FindingsTests
{
    private static RewardPoint Point(double kl, double proxy, double gold, double error = 0.1) =>
        new() { Kl = Estimate.Exact(kl), Proxy = new(proxy, error), Gold = new(gold, error), Effort = kl };

    private static ReportCurve Curve(OptimizationMethod method, long comparisons, params RewardPoint[] points) =>
        new() { Curve = new(method, "", points), ProxyParameters = 100, ProxyComparisons = comparisons, ProxySeed = 0 };

    [Theory]
    // The difference of two points has error 0.1414, and 1.96 of it are 0.277.
    [InlineData(0.8, false)]
    [InlineData(0.4, true)]
    public void A_fall_is_one_beyond_doubt(double last, bool fell)
    {
        var summary = new CurveSummary(Curve(OptimizationMethod.BestOfN, 1, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, last)));
        Assert.Equal(fell, summary.Fell);
        Assert.True(summary.ProxyEndsHighest);
        Assert.False(summary.Recovered || summary.CameBack);
        Assert.Equal((1, 4), (summary.Peak.Kl.Value, summary.Last.Kl.Value));
    }

    [Fact]
    public void A_fall_that_recovers_and_a_largest_KL_that_was_left_are_seen_and_told()
    {
        // As the quick study of seed 303: gold dives to -2.9 and comes back, and the last step is not the farthest.
        ReportCurve curve = Curve(OptimizationMethod.ReinforcementLearning, 2200, Point(0, 0, 0), Point(0.4, 1, 0.24), Point(29.7, 5, -2.88) with { Effort = 66 },
            Point(33.7, 5, 0.3) with { Effort = 150 }, Point(25, 6, 0.61) with { Effort = 199 });
        var summary = new CurveSummary(curve);
        Assert.True(summary is { Recovered: true, CameBack: true, Fell: false });
        string text = string.Join(' ', Findings.Of([curve]));
        Assert.Contains("beyond doubt (95 percent, the choice of the highest counted); in 1 it fell on the way and came back.", text, StringComparison.Ordinal);
        Assert.Contains("on the way it fell from 0.24 ± 0.10 at 0.4 nats to −2.88 ± 0.10 at 29.7 nats and came back; the largest KL, 33.7 nats, was left again.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_standard_errors_nothing_is_claimed()
    {
        RewardPoint[] points = [Point(1, 1, 1) with { Gold = Estimate.WithoutError(1) }, Point(4, 2, -5)];
        Assert.False(new CurveSummary(Curve(OptimizationMethod.BestOfN, 1, points)).Fell);
    }

    [Fact]
    public void The_divergence_to_reach_a_gold_is_interpolated_in_the_distance()
    {
        RewardCurve curve = Curve(OptimizationMethod.BestOfN, 1, Point(0, 0, 0), Point(4, 1, 1), Point(9, 2, 2)).Curve;
        Assert.Equal(1, CurveSummary.KlToReach(curve, 0.5), 12); // half way to d = 2 is d = 1
        Assert.Equal(6.25, CurveSummary.KlToReach(curve, 1.5), 12); // d = 2.5
        Assert.Equal(0, CurveSummary.KlToReach(curve, -1));
        Assert.Equal(double.PositiveInfinity, CurveSummary.KlToReach(curve, 3));
    }

    [Fact]
    public void The_finding_says_what_was_measured()
    {
        ReportCurve bestOfN = Curve(OptimizationMethod.BestOfN, 500, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, 0.4)),
            ppo = Curve(OptimizationMethod.ReinforcementLearning, 500, Point(0, 0, 0), Point(4, 1, 0.7), Point(36, 4, -0.6));
        string text = string.Join(' ', Findings.Of([
            bestOfN,
            Curve(OptimizationMethod.BestOfN, 8000, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, 1.8)),
            ppo,
            Curve(OptimizationMethod.ReinforcementLearning, 8000, Point(0, 0, 0), Point(16, 1, 1.8), Point(36, 4, 2.5)),
        ]));
        Assert.Equal("In 2 of 4 optimisations gold ended below its highest measured value beyond doubt (95 percent, the choice of the highest counted), while the proxy's own score ended at its highest. "
            + "Best-of-n against the proxy of 100 parameters and 500 comparisons: gold reached 1.00 ± 0.10 at 1 nats and came down to 0.40 ± 0.10 at 4 nats, lower by " + Fall(bestOfN) + ", "
            + "while the proxy's own score went from 1.00 ± 0.10 to 2.00 ± 0.10. "
            + "Best-of-n against the proxy of 100 parameters and 8,000 comparisons: gold was highest, 1.80 ± 0.10 at 4 nats, at the largest n. "
            + "PPO against the proxy of 100 parameters and 500 comparisons: gold reached 0.70 ± 0.10 at 4 nats and came down to −0.60 ± 0.10 at 36 nats, lower by " + Fall(ppo) + ", "
            + "while the proxy's own score went from 1.00 ± 0.10 to 4.00 ± 0.10. "
            + "PPO against the proxy of 100 parameters and 8,000 comparisons: gold was highest, 2.50 ± 0.10 at 36 nats, at the last step. "
            + "For the gold that best-of-n reached at 4 nats with that last proxy (1.80 ± 0.10), PPO needed 16 nats, 4 times as much; "
            + "PPO's highest gold was 2.50 ± 0.10 at 36 nats.", text);
    }

    private static string Fall(ReportCurve curve) => Assert.IsAssignableFrom<MeasuredPeak.Known>(curve.Measured).Bounds.Fall.ToString();

    [Fact]
    public void Nothing_found_is_said_too()
    {
        string text = string.Join(' ',
            Findings.Of([Curve(OptimizationMethod.BestOfN, 500, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, 0.9))]));
        Assert.StartsWith("In the one optimisation gold did not end below its highest measured value beyond doubt", text, StringComparison.Ordinal);
        Assert.Contains("had not clearly fallen at the largest n (0.90 ± 0.10 at 4 nats)", text, StringComparison.Ordinal);
    }
}
