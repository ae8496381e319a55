using RewardScaling.Benchmarks;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class OffsetRuleTests
{
    private static readonly double[] D = [0, 0.5, 1, 1.5, 2, 2.5, 3];

    private static RewardCurve Curve(double start, double error = 0.02) =>
        TestCurves.Of(D, Array.ConvertAll(D, d => start + d * (0.5 - 0.12 * d)), [.. D.Select(_ => error)]);

    [Fact]
    public void People_s_scores_from_1_to_5_have_a_free_offset_the_right_peak_and_a_warning()
    {
        // Scores of people: the mean of the best of n is 2.8 + 1.6 n / (n + 1) - 1.1 n / (n + 20), highest, 3.92, at n = 11.
        (double, double)[] terms = [(2.8, 0), (1.6, 1), (-1.1, 20)];
        var pool = SimulatedCurves.Scored(300, 64, terms, 0.5, false, RandomStream.FromSeed(1));
        double[] truth = [.. Enumerable.Range(1, 64).Select(n => SimulatedCurves.Expected(terms, n))];
        int best = Array.IndexOf(truth, truth.Max()) + 1;
        var curve = BestOfNCurve.From(pool, [1, 2, 4, 8, 16, 32, 64]);
        var fit = OveroptimizationLaw.BestOfN.Fit(curve, new() { Weighting = LawWeighting.SharedSamples });
        Assert.Equal(ParameterState.Estimated, fit.Parameters[^1].State);
        Assert.Equal(truth[0], fit["offset"].Value, 0.05);
        Assert.Contains(fit.Warnings, static warning => warning.StartsWith("gold at KL = 0 is 3.5", StringComparison.Ordinal)
            && warning.Contains("standard errors from 0: R(0) = 0 does not hold, and the offset was fitted", StringComparison.Ordinal));
        var measured = Assert.IsType<MeasuredPeak.Inside>(fit.MeasuredPeak);
        Assert.Contains(best, measured.Bounds.Plausible.Select(static point => (int)point.Effort));
        Assert.True(measured.Bounds.Gold.Contains(truth.Max()));
        Assert.Equal(truth.Max(), Assert.IsType<LawPeak.InsideData>(fit.Peak).Reward.Value, 0.05);
    }

    [Fact]
    public void A_start_of_0_stays_0_and_another_is_freed()
    {
        var zero = OveroptimizationLaw.BestOfN.Fit(Curve(0.05));
        Assert.Equal((ParameterState.Fixed, 1), (zero.Parameters[^1].State, zero.PointsAtZero));
        var freed = OveroptimizationLaw.BestOfN.Fit(Curve(0.07));
        Assert.Equal((ParameterState.Estimated, 0), (freed.Parameters[^1].State, freed.PointsAtZero));
        Assert.Equal(0.07, freed["offset"].Value, 1e-10);
        Assert.Contains(freed.Warnings, static warning => warning.StartsWith("gold at KL = 0 is 0.07 ± 0.02, 4 standard errors from 0", StringComparison.Ordinal)
            || warning.StartsWith("gold at KL = 0 is 0.07 ± 0.02, 3 standard errors from 0", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_caller_says_goes_before_the_data()
    {
        var held = OveroptimizationLaw.BestOfN.Fit(Curve(3.45), new() { OffsetRule = OffsetRule.Zero });
        Assert.Equal(ParameterState.Fixed, held.Parameters[^1].State);
        Assert.Contains(held.Warnings, static warning => warning.Contains("let OffsetRule be ByData or Free, or subtract", StringComparison.Ordinal));
        Assert.Empty(OveroptimizationLaw.BestOfN.Fit(Curve(3.45), new LawFitOptions().Fix("offset", 3.45)).Warnings);
        Assert.Equal(ParameterState.Estimated, OveroptimizationLaw.BestOfN.Fit(Curve(0), new() { OffsetRule = OffsetRule.Free }).Parameters[^1].State);
        Assert.Throws<ArgumentException>(() => OveroptimizationLaw.BestOfN.Fit(Curve(0), new() { OffsetRule = (OffsetRule)7 }));
    }

    [Fact]
    public void Without_errors_the_noise_between_neighbours_stands_for_them()
    {
        double[] gold = [3.4, 3.5, 3.55, 3.62, 3.6, 3.58, 3.5];
        Assert.Contains(OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, gold)).Warnings,
            static warning => warning.Contains("by the noise between neighbouring points", StringComparison.Ordinal));
        Assert.Equal(ParameterState.Fixed, OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, [0.05, 0.2, 0.3, 0.4, 0.5, 0.5, 0.4])).Parameters[^1].State);
        // Too few points for a third coefficient: R(0) = 0 stays, and the contradiction is said.
        var few = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([0, 1], [3.4, 3.5], [0.1, 0.1]), new LawFitOptions().Fix("beta", 0));
        Assert.Equal(ParameterState.Estimated, few.Parameters[^1].State);
        var fewer = OveroptimizationLaw.Linear.Fit(TestCurves.Of([0, 1], [3.4, 3.5], [0.1, 0.1]));
        Assert.Equal(ParameterState.Estimated, fewer.Parameters[^1].State);
    }

    [Fact]
    public void Draws_and_joint_fits_have_the_offset_of_the_original()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(Noisy(1));
        Assert.Equal(ParameterState.Estimated, fit.Parameters[^1].State);
        var values = LawBootstrap.Run(OveroptimizationLaw.BestOfN, new ResidualResampler(fit), 200, RandomStream.FromSeed(1)).Values(LawQuantity.Parameter("offset"));
        Assert.InRange(values.Average(), 2.9, 3.1);
        // One curve of three contradicts R(0) = 0: all have an offset.
        var joint = JointFit.Of(OveroptimizationLaw.BestOfN, [Curve(0), Curve(0), Curve(1)], ["alpha"]);
        Assert.All(joint.Curves, static one => Assert.Equal(ParameterState.Estimated, one.Parameters[^1].State));

        static RewardCurve Noisy(int seed) => TestCurves.Of(D, [.. D.Select((d, i) => 3 + d * (0.5 - 0.12 * d) + 0.01 * RandomStream.FromSeed((ulong)seed).Normal((ulong)i))]);
    }

    [Fact]
    public void A_peak_between_the_start_and_the_first_distance_is_inside_where_the_start_counts()
    {
        // d* = 0.35 with points at 0 and from 0.5 on.
        var curve = TestCurves.Of(D, Array.ConvertAll(D, static d => 2 + d * (0.42 - 0.6 * d)), [.. D.Select(_ => 0.01)]);
        Assert.IsType<LawPeak.InsideData>(OveroptimizationLaw.BestOfN.Fit(curve).Peak);
        var outside = TestCurves.Of(D, Array.ConvertAll(D, static d => d * (0.42 - 0.6 * d)), [.. D.Select(_ => 0.01)]);
        Assert.IsType<LawPeak.OutsideData>(OveroptimizationLaw.BestOfN.Fit(outside).Peak);
    }
}
