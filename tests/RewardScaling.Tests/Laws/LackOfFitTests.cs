using RewardScaling.Benchmarks;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class LackOfFitTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(LawWeighting.KnownErrors)]
    [InlineData(LawWeighting.Equal)]
    public void Chi_squared_of_three_points_about_a_line(LawWeighting weighting)
    {
        // R = α d through (1, 1), (2, 2), (3, 6) with errors 1: α = 23 / 14, χ² = 41 - 23² / 14 = 45 / 14, of 2 degrees: p = exp(-χ² / 2).
        // The third residual is 15 / 14 with an error of sqrt(1 - 9 / 14).
        var fit = OveroptimizationLaw.Linear.Fit(TestCurves.Of([1, 2, 3], [1, 2, 6], [1, 1, 1]), new() { Weighting = weighting });
        var test = Assert.IsType<LackOfFit.Tested>(fit.LackOfFit);
        Assert.Equal((LackOfFitTest.ChiSquared, 2, double.PositiveInfinity), (test.Test, test.DegreesOfFreedom, test.Denominator));
        Assert.Equal(45.0 / 14, test.Statistic, 1e-12);
        Assert.Equal(Math.Exp(-45.0 / 28), test.PValue, 1e-12);
        Assert.Equal(15.0 / 14 / Math.Sqrt(5.0 / 14), test.Largest.Value, 1e-12);
        Assert.Equal((9, 2), (test.Largest.Kl.Value, test.Largest.Point));
        Assert.False(fit.LackOfFit.IsRejected);
        Assert.Equal("95 % intervals", fit.IntervalsHeading);
        Assert.Contains("the law is not rejected: χ²(2) = 3.21, p = 0.2; largest residual 1.8 standard errors at KL 9 nats", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Chi_squared_of_unequal_errors_is_the_smallest_whatever_weights_the_fit_has()
    {
        double[] d = [0.5, 1, 1.5, 2, 2.5, 3], gold = [0.3, 0.2, 0.5, 0.3, 0.2, -0.4], errors = [0.02, 0.1, 0.05, 0.2, 0.05, 0.1];
        foreach (var law in new OveroptimizationLaw[] { OveroptimizationLaw.BestOfN, OveroptimizationLaw.Power })
        {
            var known = law.Fit(TestCurves.Of(d, gold, errors), new() { Weighting = LawWeighting.KnownErrors });
            var equal = law.Fit(TestCurves.Of(d, gold, errors));
            double smallest = Assert.IsType<LackOfFit.Tested>(known.LackOfFit).Statistic;
            Assert.Equal(known.ResidualSumOfSquares, smallest, 1e-8);
            Assert.Equal(smallest, Assert.IsType<LackOfFit.Tested>(equal.LackOfFit).Statistic, 1e-6);
        }
    }

    [Fact]
    public void Points_of_one_pool_are_tested_over_their_prompts()
    {
        // One coefficient, two points: what is left is d₂ y₁ - d₁ y₂ of every prompt, and T² is the square of Student's t.
        double[][] values = [[0.9, 1.4, 1.1, 0.7, 1.2, 1.0], [1.1, 1.9, 1.2, 1.3, 1.0, 1.6]];
        double[] d = [1, 2], left = [.. values[0].Zip(values[1], static (one, two) => 2 * one - two)];
        var curve = TestCurves.Of(d, [values[0].Average(), values[1].Average()]) with { GoldCovariance = PointCovariance.OfMeans(values) };
        var test = Assert.IsType<LackOfFit.Tested>(OveroptimizationLaw.Linear.Fit(curve, new() { Weighting = LawWeighting.SharedSamples }).LackOfFit);
        var mean = Estimate.Mean(left);
        Assert.Equal((LackOfFitTest.Groups, 1, 5.0), (test.Test, test.DegreesOfFreedom, test.Denominator));
        Assert.Equal(Math.Pow(mean.Value / mean.StandardError, 2), test.Statistic, 1e-10);
        // Both residuals are multiples of the same contrast.
        Assert.Equal(Math.Abs(mean.Value / mean.StandardError), Math.Abs(test.Largest.Value), 1e-10);
    }

    [Fact]
    public void Level_of_the_prompts_is_no_noise_of_the_shape()
    {
        // Two prompts of the same course at other levels (F29): the coefficients are known without error, the offset is not.
        ScoredPrompt[] pool = [new("a", [1, 2, 3, 4], [0, 0.2, 0.4, 0.6]), new("b", [1, 2, 3, 4], [0.1, 0.3, 0.5, 0.7])];
        var fit = OveroptimizationLaw.BestOfN.Fit(BestOfNCurve.From(pool, [1, 2, 3, 4]), new LawFitOptions { Weighting = LawWeighting.SharedSamples }.Free("offset"));
        Assert.Equal(0, fit.Alpha.StandardError, 1e-12);
        Assert.Equal(0, fit.Beta.StandardError, 1e-12);
        Assert.Equal(0.05, fit["offset"].StandardError, 1e-12);
        Assert.IsType<LackOfFit.NotTested>(fit.LackOfFit);
        Assert.Contains("offset", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variance_that_is_negative_by_rounding_is_none()
    {
        // Three prompts, their course the same to the last digit but for a factor of 1 + 1e-15 in one of them.
        double[] course = [0.1, 0.30000000000000004, 0.7, 0.9];
        ScoredPrompt[] pool = [.. new[] { 0, 1e6, -3.7 }.Select((level, p) => new ScoredPrompt($"{p}", [1, 2, 3, 4], Array.ConvertAll(course, gold => gold + level)))];
        var fit = OveroptimizationLaw.ReinforcementLearning.Fit(BestOfNCurve.From(pool, [1, 2, 3, 4]), new LawFitOptions { Weighting = LawWeighting.SharedSamples }.Free("offset"));
        Assert.InRange(fit.Beta.StandardError, 0, 1e-6);
        Assert.Contains("beta", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Pools_of_parallel_prompts_never_throw()
    {
        for (int set = 0; set < 100; set++)
        {
            var stream = RandomStream.FromSeed((ulong)set);
            double[] course = [.. Enumerable.Range(0, 6).Select(i => stream.Normal((ulong)i))];
            ScoredPrompt[] pool = [.. Enumerable.Range(0, 3).Select(p => new ScoredPrompt($"{p}", [1, 2, 3, 4, 5, 6],
                Array.ConvertAll(course, gold => gold + stream.Normal((ulong)(10 + p)))))];
            var curve = BestOfNCurve.From(pool, [1, 2, 3, 4, 5, 6]);
            foreach (var rule in Enum.GetValues<OffsetRule>())
                Assert.NotEmpty(OveroptimizationLaw.BestOfN.Fit(curve, new() { Weighting = LawWeighting.SharedSamples, OffsetRule = rule }).ToString());
        }
    }

    [Fact]
    public void Without_errors_slow_waves_are_held_against_the_rest()
    {
        double[] d = [.. Enumerable.Range(1, 20).Select(static i => 0.2 * i)];
        var bent = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(d, Array.ConvertAll(d, static x => x < 2 ? x : 4 - x)));
        var test = Assert.IsType<LackOfFit.Tested>(bent.LackOfFit);
        Assert.Equal((LackOfFitTest.SlowWaves, 3, 15.0), (test.Test, test.DegreesOfFreedom, test.Denominator));
        Assert.True(bent.LackOfFit.IsRejected);
        Assert.Equal(PeakTrust.Neither, bent.PeakComparison.Trust);
        Assert.Contains("if the law held, 95 % intervals: peak KL", bent.ToString(), StringComparison.Ordinal);
        Assert.Contains(bent.Warnings, static warning => warning.StartsWith("the law does not describe the points (F(3, 15) = ", StringComparison.Ordinal));
        Assert.Contains("to rounding", Assert.IsType<LackOfFit.NotTested>(OveroptimizationLaw.BestOfN.Fit(
            TestCurves.Of(d, static x => x * (0.5 - 0.1 * x))).LackOfFit).Reason, StringComparison.Ordinal);
        Assert.Contains("as many coefficients as points", OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([1, 2], [1, 1.5])).LackOfFit.ToString(), StringComparison.Ordinal);
    }

    // The share of p below 1 percent has an error of 0.5 percent at 400 sets; every row of docs/laws.md comes from `simulate lack-of-fit`.
    [Theory]
    [InlineData("rl", "known", 8, 0, "tent", 0.9)]
    [InlineData("best-of-n", "relative", 30, 0, "plateau", 0.9)]
    [InlineData("best-of-n", "none", 15, 0, "start", 0.5)]
    [InlineData("best-of-n", "binary", 8, 20, "tent", 0.9)]
    [InlineData("rl", "skewed", 15, 40, "start", 0.5)]
    public void A_law_that_holds_is_rejected_at_most_as_often_as_said_and_another_is_found(string law, string errors, int points, int prompts,
        string other, double power)
    {
        var holds = LackOfFitSimulation.Of(law, errors, points, prompts, "law", 400, 0.05, 2);
        var fails = LackOfFitSimulation.Of(law, errors, points, prompts, other, 100, 0.05, 2);
        output.WriteLine($"{holds} {fails}");
        Assert.InRange(holds.At1, 0, 0.01 + 3 * 0.005);
        Assert.InRange(holds.At5, 0, 0.05 + 3 * 0.011);
        Assert.InRange(fails.At1, power, 1);
    }
}
