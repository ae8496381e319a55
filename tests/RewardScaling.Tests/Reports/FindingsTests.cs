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

    [Fact]
    public void A_fall_is_counted_in_combined_standard_errors()
    {
        // (1 - 0.4) / sqrt(0.1² + 0.1²) = 4.243
        var summary =
            new CurveSummary(Curve(OptimizationMethod.BestOfN, 1, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, 0.4)).Curve);
        Assert.Equal(4.242640687, summary.Fall, 9);
        Assert.True(summary.Fell && summary.ProxyEndsHighest);
        Assert.Equal(1, summary.Peak.Kl.Value);
    }

    [Theory]
    [InlineData(0.6, false)] // (1 - 0.6) / 0.1414 = 2.83
    [InlineData(0.57, true)] // 3.04
    public void Three_errors_are_the_border(double last, bool fell) =>
        Assert.Equal(fell, new CurveSummary(Curve(OptimizationMethod.BestOfN, 1, Point(1, 1, 1), Point(4, 2, last)).Curve).Fell);

    [Fact]
    public void Without_standard_errors_nothing_is_claimed()
    {
        RewardPoint[] points = [Point(1, 1, 1) with { Gold = Estimate.WithoutError(1) }, Point(4, 2, -5)];
        Assert.False(new CurveSummary(new(OptimizationMethod.BestOfN, "", points)).Fell);
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
        string text = string.Join(' ', Findings.Of([
            Curve(OptimizationMethod.BestOfN, 500, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, 0.4)),
            Curve(OptimizationMethod.BestOfN, 8000, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, 1.8)),
            Curve(OptimizationMethod.ReinforcementLearning, 500, Point(0, 0, 0), Point(4, 1, 0.7), Point(36, 4, -0.6)),
            Curve(OptimizationMethod.ReinforcementLearning, 8000, Point(0, 0, 0), Point(16, 1, 1.8), Point(36, 4, 2.5)),
        ]));
        Assert.Equal("In 2 of 4 optimisations gold ended more than three standard errors below its highest measured value, while the proxy's own score ended at its highest. "
            + "Best-of-n against the proxy of 100 parameters and 500 comparisons: gold reached 1.00 ± 0.10 at 1 nats and came down to 0.40 ± 0.10 at 4 nats, 4.2 standard "
            + "errors lower, while the proxy's own score went from 1.00 ± 0.10 to 2.00 ± 0.10. "
            + "Best-of-n against the proxy of 100 parameters and 8,000 comparisons: gold was highest, 1.80 ± 0.10 at 4 nats, at the largest KL measured. "
            + "PPO against the proxy of 100 parameters and 500 comparisons: gold reached 0.70 ± 0.10 at 4 nats and came down to −0.60 ± 0.10 at 36 nats, 9.2 standard errors "
            + "lower, while the proxy's own score went from 1.00 ± 0.10 to 4.00 ± 0.10. "
            + "PPO against the proxy of 100 parameters and 8,000 comparisons: gold was highest, 2.50 ± 0.10 at 36 nats, at the largest KL measured. "
            + "For the gold that best-of-n reached at 4 nats with that last proxy (1.80 ± 0.10), PPO needed 16 nats, 4 times as much; "
            + "PPO's highest gold was 2.50 ± 0.10 at 36 nats.", text);
    }

    [Fact]
    public void Nothing_found_is_said_too()
    {
        string text = string.Join(' ',
            Findings.Of([Curve(OptimizationMethod.BestOfN, 500, Point(0, 0, 0), Point(1, 1, 1), Point(4, 2, 0.9))]));
        Assert.StartsWith("In the one optimisation gold did not end more than three", text, StringComparison.Ordinal);
        Assert.Contains("had not clearly fallen at the largest KL measured (0.90 ± 0.10 at 4 nats)", text, StringComparison.Ordinal);
    }
}
