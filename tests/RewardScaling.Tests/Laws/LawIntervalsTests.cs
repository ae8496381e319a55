using MathNet.Numerics.Distributions;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class LawIntervalsTests
{
    private static readonly double[] D = [0.5, 1, 1.5, 2, 2.5, 3], R = [0.22, 0.38, 0.45, 0.49, 0.47, 0.40];

    [Fact]
    public void The_peak_of_the_best_of_n_law_has_fiellers_interval()
    {
        // Roots in d of (alpha - 2 beta d)² = t² Var(alpha - 2 beta d), t = t(4; 0.975).
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, R));
        double t = StudentT.InvCDF(0, 1, 4, 0.975), a = fit.Alpha.Value, b = fit.Beta.Value;
        double va = fit.Covariance("alpha", "alpha"), vb = fit.Covariance("beta", "beta"), c = fit.Covariance("alpha", "beta");
        double p = 4 * (b * b - t * t * vb), q = -4 * (a * b - t * t * c), r = a * a - t * t * va,
            root = Math.Sqrt(q * q - 4 * p * r);
        var interval = fit.Intervals().PeakDistance;
        Assert.Equal((-q - root) / (2 * p), interval.Low, 1e-9);
        Assert.Equal((-q + root) / (2 * p), interval.High, 1e-9);
        Assert.Equal(interval.Low * interval.Low, fit.Intervals().PeakKl.Low, 1e-12);
        // R = 0 again at alpha / beta, twice the distance of the peak, so its interval is that times 2, and 4 in KL.
        Assert.Equal(4 * fit.Intervals().PeakKl.High, fit.Intervals().ZeroKl.High, 1e-6);
    }

    [Fact]
    public void The_peak_of_the_rl_law_has_fiellers_interval()
    {
        // d* = exp(alpha / beta - 1): Fieller of alpha / beta, exponentiated.
        double[] rewards = [0.21, 0.35, 0.43, 0.48, 0.5, 0.51];
        var fit = OveroptimizationLaw.ReinforcementLearning.Fit(TestCurves.Of(D, rewards));
        double t = StudentT.InvCDF(0, 1, 4, 0.975), a = fit.Alpha.Value, b = fit.Beta.Value;
        double va = fit.Covariance("alpha", "alpha"), vb = fit.Covariance("beta", "beta"), c = fit.Covariance("alpha", "beta");
        double p = b * b - t * t * vb, q = -2 * (a * b - t * t * c), r = a * a - t * t * va, root = Math.Sqrt(q * q - 4 * p * r);
        var interval = fit.Intervals().PeakDistance;
        Assert.Equal(Math.Exp((-q - root) / (2 * p) - 1), interval.Low, 1e-8);
        Assert.Equal(Math.Exp((-q + root) / (2 * p) - 1), interval.High, 1e-8);
    }

    [Fact]
    public void The_height_of_the_peak_runs_over_the_confidence_ellipse()
    {
        // theta = estimate + t L (cos, sin), L the Cholesky factor of the covariance: the extremes of alpha² / (4 beta) on a fine
        // circle.
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, R));
        double t = StudentT.InvCDF(0, 1, 4, 0.975), l11 = fit.Alpha.StandardError, l21 = fit.Covariance("alpha", "beta") / l11;
        double l22 = Math.Sqrt(fit.Covariance("beta", "beta") - l21 * l21), low = double.MaxValue, high = 0;
        for (int i = 0; i < 100_000; i++)
        {
            double angle = 2 * Math.PI * i / 100_000, x = t * Math.Cos(angle), y = t * Math.Sin(angle);
            double a = fit.Alpha.Value + l11 * x, b = fit.Beta.Value + l21 * x + l22 * y;
            low = Math.Min(low, a * a / (4 * b));
            high = Math.Max(high, a * a / (4 * b));
        }
        var interval = fit.Intervals().PeakReward;
        Assert.Equal(low, interval.Low, 1e-7);
        Assert.Equal(high, interval.High, 1e-7);
    }

    [Fact]
    public void Coefficients_have_t_intervals_and_given_errors_normal_ones()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, R));
        Assert.Equal(fit.Alpha.Value + 2.7764451052 * fit.Alpha.StandardError, fit.Intervals().Parameter("alpha").High, 1e-9);
        var known = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, R, [0.01, 0.01, 0.01, 0.01, 0.01, 0.01]),
            new() { Weighting = LawWeighting.KnownErrors });
        Assert.Equal(known.Alpha.Value - 1.6448536270 * known.Alpha.StandardError, known.Intervals(0.9).Parameter("alpha").Low,
            1e-9);
        Assert.Equal(fit.Evaluate(new(2)) - 2.7764451052 * fit.StandardErrorAt(new(2)), fit.Intervals().Reward(new(2)).Low, 1e-9);
    }

    [Fact]
    public void The_profile_of_a_linear_law_is_its_t_interval()
    {
        var intervals = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, R)).Intervals();
        foreach (string name in (string[])["alpha", "beta"])
        {
            Assert.Equal(intervals.Parameter(name).Low, intervals.Profile(name).Low, 1e-8);
            Assert.Equal(intervals.Parameter(name).High, intervals.Profile(name).High, 1e-8);
        }
    }

    [Fact]
    public void The_profile_of_a_loose_exponent_is_lopsided_and_reaches_its_bound()
    {
        double[] d = [0.4, 0.8, 1.2, 1.6, 2, 2.4, 2.8, 3.2], r = [0.21, 0.33, 0.45, 0.47, 0.52, 0.48, 0.46, 0.33];
        var fit = OveroptimizationLaw.Power.Fit(TestCurves.Of(d, r));
        var (plain, profile) = (fit.Intervals().Parameter("gamma"), fit.Intervals().Profile("gamma"));
        Assert.True(profile.Contains(fit["gamma"].Value));
        Assert.True(profile.High - fit["gamma"].Value > 1.1 * (fit["gamma"].Value - profile.Low),
            $"{profile} around {fit["gamma"]}, symmetric {plain}");
        Assert.Throws<ArgumentException>(() => fit.Intervals().Profile("offset"));
    }

    [Fact]
    public void Where_the_data_cannot_tell_the_interval_is_unbounded_and_says_so()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, [0.3, 0.2, 0.6, 0.5, 1.0, 0.8]));
        Assert.Equal(double.PositiveInfinity, fit.Intervals().PeakKl.High);
        Assert.Contains("or more (unbounded)", fit.Intervals().PeakKl.ToString(), StringComparison.Ordinal);
        Assert.Equal(double.PositiveInfinity, fit.Intervals().PeakReward.High);
        Assert.Contains("unbounded", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_curve_that_surely_rises_has_its_peak_at_infinity()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, [0.21, 0.43, 0.68, 0.91, 1.19, 1.46]));
        Assert.Equal((double.PositiveInfinity, double.PositiveInfinity),
            (fit.Intervals().PeakKl.Low, fit.Intervals().PeakKl.High));
    }

    [Fact]
    public void Intervals_need_errors_and_a_level_inside_0_and_1()
    {
        Assert.Throws<InvalidOperationException>(static () =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([1, 2], [0.3, 0.4])).Intervals());
        Assert.Throws<ArgumentOutOfRangeException>(static () =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, R)).Intervals(1));
        Assert.Throws<ArgumentException>(static () => new ConfidenceInterval(2, 1, 0.95));
        Assert.Throws<ArgumentException>(static () => new ConfidenceInterval(double.NaN, 1, 0.95));
    }
}
