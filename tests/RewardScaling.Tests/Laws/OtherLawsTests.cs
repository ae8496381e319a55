using FsCheck;
using FsCheck.Fluent;
using RewardScaling.Laws;

namespace RewardScaling.Tests.Laws;

public sealed class OtherLawsTests
{
    private static readonly double[] D = [0.4, 0.8, 1.2, 1.6, 2, 2.4, 2.8, 3.2];

    private static CustomLaw Saturating { get; } = new("saturating", "R(d) = alpha (1 - exp(-beta d))", ["alpha", "beta"], [1, 1],
        static (d, p) => p[0] * (1 - Math.Exp(-p[1] * d)));

    [Fact]
    public void The_power_law_with_gamma_1_is_the_best_of_n_law() =>
        Prop.ForAll(Cases().ToArbitrary(), static item =>
        {
            double[] three = [item.Alpha, item.Beta, 1], two = [item.Alpha, item.Beta];
            bool peak = OveroptimizationLaw.Power.TryPeak(three, out var d),
                same = OveroptimizationLaw.BestOfN.TryPeak(two, out var expected);
            return Math.Abs(OveroptimizationLaw.Power.Evaluate(new(item.D),
                three) - OveroptimizationLaw.BestOfN.Evaluate(new(item.D), two)) < 1e-12
                && peak == same && Math.Abs(d.Value - expected.Value) <= 1e-12 * expected.Value;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_power_law_agrees_with_differences_and_its_peak_is_flat() =>
        Prop.ForAll(Cases().ToArbitrary(), static item =>
        {
            var law = OveroptimizationLaw.Power;
            double[] p = [item.Alpha, item.Beta, 0.2 + item.D / 2];
            const double Step = 1e-6;
            double slope = (law.Evaluate(new(item.D + Step), p) - law.Evaluate(new(item.D - Step), p)) / (2 * Step);
            var gradient = new double[3];
            law.Gradient(new(item.D), p, gradient);
            double byGamma = (law.Evaluate(new(item.D), p[0], p[1], p[2] + Step) - law.Evaluate(new(item.D), p[0], p[1],
                p[2] - Step)) / (2 * Step);
            double size = 1 + Math.Pow(item.D, 1 + p[2]) * (1 + Math.Abs(Math.Log(item.D)));
            return Math.Abs(slope - law.Slope(new(item.D), p)) < 1e-6 * size * 10 && Math.Abs(byGamma - gradient[2]) < 1e-6 * size
                && (!law.TryPeak(p, out var peak) || Math.Abs(law.Slope(peak, p)) < 1e-9)
                && (!law.TryZero(p, out var zero) || zero.Value > 1e100
                    || Math.Abs(law.Evaluate(zero, p)) < 1e-9 * (1 + zero.Value));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_log_law_peaks_at_the_root_of_its_slope()
    {
        // alpha = beta (ln(1+d) + d/(1+d)) at d = 3: with beta 0.2, alpha = 0.2 (ln 4 + 0.75) = 0.4272588722.
        double alpha = 0.2 * (Math.Log(4) + 0.75);
        Assert.True(OveroptimizationLaw.Log.TryPeak([alpha, 0.2], out var peak));
        Assert.Equal(3, peak.Value, 1e-12);
        Assert.True(OveroptimizationLaw.Log.TryZero([0.5, 0.25], out var zero));
        Assert.Equal(Math.Exp(2) - 1, zero.Value, 1e-12);
    }

    [Fact]
    public void The_linear_law_has_no_peak_and_its_fit_says_so()
    {
        var fit = OveroptimizationLaw.Linear.Fit(TestCurves.Of(D, static d => 0.7 * d));
        Assert.Equal(0.7, fit.Alpha.Value, 1e-14);
        Assert.IsType<LawPeak.None>(fit.Peak);
        Assert.False(OveroptimizationLaw.Linear.TryZero([0.7], out _));
    }

    [Theory]
    [InlineData(0.5, 0.1, 0.3)]
    [InlineData(0.5, 0.1, 1.7)]
    [InlineData(0.9, 0.02, 3)]
    [InlineData(-0.2, -0.1, 0.8)]
    public void An_exact_power_curve_gives_its_three_coefficients_back(double alpha, double beta, double gamma)
    {
        var fit = OveroptimizationLaw.Power.Fit(TestCurves.Of(D, d => d * (alpha - beta * Math.Pow(d, gamma))));
        Assert.Equal(alpha, fit.Alpha.Value, 1e-8);
        Assert.Equal(beta, fit.Beta.Value, 1e-8);
        Assert.Equal(gamma, fit["gamma"].Value, 1e-8);
    }

    [Fact]
    public void The_exponent_of_a_straight_line_is_not_determined_and_said_so()
    {
        var fit = OveroptimizationLaw.Power.Fit(TestCurves.Of(D, static d => 0.3 * d), new LawFitOptions().Fix("beta", 0));
        Assert.False(fit.HasErrors);
        Assert.Contains("fix one", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_form_of_the_callers_own_is_fitted()
    {
        var fit = Saturating.Fit(TestCurves.Of(D, static d => 0.8 * (1 - Math.Exp(-1.3 * d))));
        Assert.Equal(0.8, fit.Alpha.Value, 1e-8);
        Assert.Equal(1.3, fit.Beta.Value, 1e-8);
        Assert.IsType<LawPeak.None>(fit.Peak);
    }

    [Fact]
    public void A_custom_copy_of_a_law_agrees_with_it()
    {
        var copy = new CustomLaw("copy", "d (alpha - beta d)", ["alpha", "beta"], [0.1, 0.1], static (d, p) =>
            d * (p[0] - p[1] * d));
        double[] noisy = [0.17, 0.33, 0.4, 0.47, 0.49, 0.48, 0.41, 0.33];
        LawFit ours = copy.Fit(TestCurves.Of(D, noisy)), theirs = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, noisy));
        Assert.Equal(theirs.Alpha.Value, ours.Alpha.Value, 1e-9);
        Assert.Equal(theirs.Alpha.StandardError, ours.Alpha.StandardError, 1e-9);
        var (expected, actual) = (Assert.IsType<LawPeak.InsideData>(theirs.Peak), Assert.IsType<LawPeak.InsideData>(ours.Peak));
        Assert.Equal(expected.Kl.Value, actual.Kl.Value, 1e-6);
        Assert.True(copy.TryZero([0.49, 0.12], out var zero));
        Assert.Equal(0.49 / 0.12, zero.Value, 1e-9);
    }

    // d sqrt(3 - d) - d / 2 is back at 0 where sqrt(3 - d) = 1/2, and NaN beyond 3.
    [Fact]
    public void A_custom_law_that_ends_has_its_peak_and_zero_before_its_end()
    {
        var law = new CustomLaw("ends", "d sqrt(a - d) - b d", ["a", "b"], [1, 1], static (d, p) => d * Math.Sqrt(p[0] - d) - p[1] * d);
        // With s = sqrt(3 - d): s - d / (2 s) = 1/2, so 3 s² - s - 3 = 0.
        double s = (1 + Math.Sqrt(37)) / 6;
        Assert.True(law.TryPeak([3, 0.5], out var peak));
        Assert.Equal(3 - s * s, peak.Value, 1e-7);
        Assert.True(law.TryZero([3, 0.5], out var zero));
        Assert.Equal(2.75, zero.Value, 1e-12);
    }

    [Fact]
    public void Where_a_custom_law_is_NaN_it_is_not_back_at_the_start()
    {
        // d e^d / (1 + e^d) rises for ever; past d = 709 it is infinity over infinity. sqrt(d - 2) is NaN from the start.
        var rising = new CustomLaw("logistic", "a d e^d / (1 + e^d)", ["a"], [1], static (d, p) =>
            p[0] * d * Math.Exp(d) / (1 + Math.Exp(d)));
        Assert.False(rising.TryZero([1], out _));
        Assert.False(rising.TryPeak([1], out _));
        var late = new CustomLaw("late", "sqrt(d - a)", ["a"], [1], static (d, p) => Math.Sqrt(d - p[0]));
        Assert.False(late.TryZero([2], out _));
        Assert.False(late.TryPeak([2], out _));
    }

    [Fact]
    public void Custom_laws_check_their_names_and_start()
    {
        static double Zero(double d, ReadOnlySpan<double> p) => 0;
        Assert.Throws<ArgumentException>(static () => new CustomLaw("x", "x", [], [], Zero));
        Assert.Throws<ArgumentException>(static () => new CustomLaw("x", "x", ["a", "a"], [1, 2], Zero));
        Assert.Throws<ArgumentException>(static () => new CustomLaw("x", "x", ["offset"], [1], Zero));
        Assert.Throws<ArgumentException>(static () => new CustomLaw("x", "x", ["a"], [1, 2], Zero));
        Assert.Throws<ArgumentException>(static () => new CustomLaw("x", "x", ["a"], [double.NaN], Zero));
    }

    [Fact]
    public void A_free_offset_fits_win_rates_and_uses_the_point_at_the_start()
    {
        var curve = TestCurves.Of([0, .. D], static d => 0.5 + d * (0.3 - 0.08 * d));
        var fit = OveroptimizationLaw.BestOfN.Fit(curve, new LawFitOptions().Free("offset"));
        Assert.Equal(0.5, fit["offset"].Value, 1e-12);
        Assert.Equal(0.3, fit.Alpha.Value, 1e-12);
        Assert.Equal((9, 0), (fit.PointCount, fit.PointsAtZero));
        Assert.Equal(0.5 + 0.09 / 0.32, Assert.IsType<LawPeak.InsideData>(fit.Peak).Reward.Value, 1e-12);
        Assert.Contains("offset = 0.5", fit.ToString(), StringComparison.Ordinal);
        Assert.Contains("offset + R(d)", fit.ToString(), StringComparison.Ordinal);
        Assert.Equal(0.5, OveroptimizationLaw.Power.Fit(curve, new LawFitOptions().Free("offset"))["offset"].Value, 1e-7);
    }

    [Fact]
    public void A_fixed_coefficient_stays_and_has_no_error()
    {
        double[] noisy = [0.17, 0.33, 0.4, 0.47, 0.49, 0.48, 0.41, 0.33];
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, noisy), new LawFitOptions().Fix("beta", 0.1));
        Assert.Equal((0.1, 0.0), (fit.Beta.Value, fit.Beta.StandardError));
        Assert.Equal(7, fit.DegreesOfFreedom);
        // Least squares of R + 0.1 d² on d.
        double expected = D.Zip(noisy, static (d, r) => d * (r + 0.1 * d * d)).Sum() / D.Sum(static d => d * d);
        Assert.Equal(expected, fit.Alpha.Value, 1e-13);
        Assert.Contains("beta = 0.1 (fixed)", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_that_holds_is_said_and_one_that_does_not_changes_nothing()
    {
        double[] noisy = [0.17, 0.33, 0.4, 0.47, 0.49, 0.48, 0.41, 0.33];
        var free = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, noisy));
        var loose = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, noisy), new LawFitOptions().Bound("beta", min: 0));
        Assert.Equal(free.Alpha, loose.Alpha);
        var rising = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, static d => d * (0.3 + 0.05 * d)),
            new LawFitOptions().Bound("beta", min: 0));
        Assert.Equal(0, rising.Beta.Value);
        Assert.False(rising.Beta.HasStandardError);
        Assert.Equal(ParameterState.AtBound, rising.Parameters[1].State);
        Assert.Contains("beta = 0 (at its bound; error not estimated)", rising.ToString(), StringComparison.Ordinal);
        Assert.Equal(OveroptimizationLaw.Linear.Fit(TestCurves.Of(D, static d => d * (0.3 + 0.05 * d))).Alpha.Value,
            rising.Alpha.Value, 1e-13);
    }

    [Fact]
    public void Bounds_give_the_least_squares_of_the_box_for_linear_laws_and_for_the_search() =>
        Prop.ForAll((from values in Gen.Choose(-100, 100).ArrayOf(8)
                     from low in Gen.Choose(-50, 50)
                     from width in Gen.Choose(0, 30)
                     select (values, low, width)).ToArbitrary(), static item =>
        {
            var curve = TestCurves.Of(D, Array.ConvertAll(item.values, static v => v / 100.0));
            var options = new LawFitOptions().Bound("alpha", item.low / 50.0, (item.low + item.width + 1) / 50.0).Bound("beta",
                -0.1, 0.1);
            var closed = OveroptimizationLaw.BestOfN.Fit(curve, options);
            var searched = new CustomLaw("copy", "", ["alpha", "beta"], [0, 0], static (d, p) =>
                d * (p[0] - p[1] * d)).Fit(curve, options);
            return Math.Abs(closed.ResidualSumOfSquares - searched.ResidualSumOfSquares) < 1e-8
                * (1 + closed.ResidualSumOfSquares);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Unknown_names_and_empty_ranges_are_refused()
    {
        Assert.Contains("no coefficient 'gamma'", Assert.Throws<ArgumentException>(static () =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, static d => d), new LawFitOptions().Fix("gamma", 1))).Message,
                StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LawFitOptions().Bound("beta", 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LawFitOptions().Fix("beta", double.NaN));
    }

    private static Gen<(double D, double Alpha, double Beta)> Cases() =>
        from d in Gen.Choose(10, 4000)
        from alpha in Gen.Choose(-1000, 1000)
        from beta in Gen.Choose(-1000, 1000)
        select (d / 1000.0, alpha / 1000.0, beta / 1000.0);
}
