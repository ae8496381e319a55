using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class LawFitTests
{
    private static readonly double[] NoisyD = [0.5, 1, 1.5, 2, 2.5, 3], NoisyR = [0.22, 0.38, 0.45, 0.49, 0.47, 0.40];

    [Fact]
    public void An_exact_best_of_n_curve_gives_its_coefficients_back()
    {
        var d = new[] { 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000 }.Select(static n => BestOfNTheory.Kl(n).Sqrt().Value).ToArray();
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(d, static x => x * (0.49 - 0.12 * x)));
        Assert.Equal(0.49, fit.Alpha.Value, 1e-10);
        Assert.Equal(0.12, fit.Beta.Value, 1e-10);
        Assert.Equal(0.3494260420, fit.Evaluate(BestOfNTheory.Kl(60_000).Sqrt()), 1e-9);
        Assert.Equal(1, fit.RSquared, 1e-12);
    }

    [Fact]
    public void A_noisy_curve_has_the_least_squares_coefficients()
    {
        // Normal equations in exact arithmetic: alpha 0.481986607143, beta 0.116919642857, RMSE with divisor 6.
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, NoisyR));
        Assert.Equal(0.481986607143, fit.Alpha.Value, 1e-12);
        Assert.Equal(0.116919642857, fit.Beta.Value, 1e-12);
        Assert.Equal(0.00900355, fit.RootMeanSquareError, 1e-8);
        Assert.Equal(0.00900355 * Math.Sqrt(6.0 / 4), fit.ResidualStandardDeviation, 1e-8);
        var peak = Assert.IsType<LawPeak.InsideData>(fit.Peak);
        Assert.Equal(2.06118748 * 2.06118748, peak.Kl.Value, 1e-7);
        Assert.Equal(0.49673238, peak.Reward.Value, 1e-8);
    }

    [Fact]
    public void Coefficients_and_covariance_agree_with_another_solver_for_any_curve() =>
        Prop.ForAll(Curves().ToArbitrary(), static curve =>
        {
            foreach (OveroptimizationLaw law in new OveroptimizationLaw[] { OveroptimizationLaw.BestOfN,
                OveroptimizationLaw.ReinforcementLearning })
                foreach (var weighting in (LawWeighting[])[LawWeighting.Equal, LawWeighting.RelativeErrors,
                    LawWeighting.KnownErrors])
                {
                    var fit = law.Fit(curve, new() { Weighting = weighting });
                    var (coefficients, covariance) = ByMathNet(law, curve, weighting);
                    double size = coefficients.L2Norm() + 1;
                    if (Math.Abs(fit.Alpha.Value - coefficients[0]) > 1e-9 * size
                        || Math.Abs(fit.Beta.Value - coefficients[1]) > 1e-9 * size) return false;
                    if (Math.Abs(fit.Covariance("alpha", "beta") - covariance[0, 1]) > 1e-7 * covariance.L2Norm()) return false;
                    if (Math.Abs(fit.Alpha.StandardError - Math.Sqrt(covariance[0,
                        0])) > 1e-7 * Math.Sqrt(covariance.L2Norm())) return false;
                    if (Math.Abs(fit.Beta.StandardError - Math.Sqrt(covariance[1,
                        1])) > 1e-7 * Math.Sqrt(covariance.L2Norm())) return false;
                }
            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_exact_curve_gives_its_coefficients_back() =>
        Prop.ForAll((from alpha in Gen.Choose(-2000, 2000)
                     from beta in Gen.Choose(-2000, 2000)
                     from count in Gen.Choose(2, 30)
                     select (alpha / 1000.0, beta / 1000.0, count)).ToArbitrary(),
            static item =>
            {
                var (alpha, beta, count) = item;
                var d = Enumerable.Range(1, count).Select(static i => 0.3 * i).ToArray();
                foreach (OveroptimizationLaw law in new OveroptimizationLaw[] { OveroptimizationLaw.BestOfN,
                    OveroptimizationLaw.ReinforcementLearning })
                {
                    var fit = law.Fit(TestCurves.Of(d, x => law.Evaluate(new(x), alpha, beta)));
                    if (Math.Abs(fit.Alpha.Value - alpha) > 1e-10 || Math.Abs(fit.Beta.Value - beta) > 1e-10) return false;
                }
                return true;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Peak_errors_are_the_delta_method()
    {
        // KL* = a²/(4b²): derivatives a/(2b²), -a²/(2b³). R* = a²/(4b): a/(2b), -a²/(4b²).
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, NoisyR));
        double a = fit.Alpha.Value, b = fit.Beta.Value;
        double Error(double byAlpha, double byBeta) => Math.Sqrt(byAlpha * byAlpha * fit.Covariance("alpha", "alpha")
            + 2 * byAlpha * byBeta * fit.Covariance("alpha", "beta") + byBeta * byBeta * fit.Covariance("beta", "beta"));
        var peak = Assert.IsType<LawPeak.InsideData>(fit.Peak);
        Assert.Equal(1, peak.Kl.StandardError / Error(a / (2 * b * b), -a * a / (2 * b * b * b)), 1e-7);
        Assert.Equal(1, peak.Reward.StandardError / Error(a / (2 * b), -a * a / (4 * b * b)), 1e-12);
        Assert.Equal(fit.Alpha.StandardError * 0.7, FitAt(0.7), 1e-1);
        double FitAt(double d) => fit.StandardErrorAt(new(d));
    }

    [Fact]
    public void Known_errors_are_believed_and_relative_ones_are_not()
    {
        var errors = new[] { 0.01, 0.01, 0.02, 0.02, 0.03, 0.03 };
        var half = Array.ConvertAll(errors, static e => e / 2);
        LawFit With(double[] se, LawWeighting weighting) =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, NoisyR, se), new() { Weighting = weighting });
        Assert.Equal(2, With(errors, LawWeighting.KnownErrors).Alpha.StandardError / With(half,
            LawWeighting.KnownErrors).Alpha.StandardError, 1e-12);
        Assert.Equal(1, With(errors, LawWeighting.RelativeErrors).Alpha.StandardError / With(half,
            LawWeighting.RelativeErrors).Alpha.StandardError, 1e-12);
        Assert.Equal(With(errors, LawWeighting.KnownErrors).Alpha.Value, With(half, LawWeighting.RelativeErrors).Alpha.Value,
            1e-14);
        Assert.NotEqual(With(errors, LawWeighting.Equal).Alpha.Value, With(errors, LawWeighting.KnownErrors).Alpha.Value);
    }

    [Fact]
    public void Points_at_the_start_are_counted_out_and_said_so()
    {
        var fit = OveroptimizationLaw.ReinforcementLearning.Fit(TestCurves.Of([0, 0.5, 1, 1.5, 2, 2.5, 3], [0.01, .. NoisyR]));
        Assert.Equal((6, 1, 4), (fit.PointCount, fit.PointsAtZero, fit.DegreesOfFreedom));
        Assert.Equal(OveroptimizationLaw.ReinforcementLearning.Fit(TestCurves.Of(NoisyD, NoisyR)).Alpha, fit.Alpha);
        Assert.Contains("1 at KL = 0 not counted", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_points_as_coefficients_leave_the_errors_unknown()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([1, 2], [0.38, 0.49]));
        Assert.False(fit.HasErrors);
        Assert.False(fit.Alpha.HasStandardError);
        Assert.Throws<InvalidOperationException>(() => fit.StandardErrorAt(new(1)));
        Assert.Throws<InvalidOperationException>(() => fit.ResidualStandardDeviation);
        Assert.Throws<InvalidOperationException>(() => fit.Correlation("alpha", "beta"));
        Assert.Contains("errors not estimated", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_different_distances_are_refused_with_their_number()
    {
        string message = Assert.Throws<ArgumentException>(() =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([0, 1, 1, 1], [0, 0.3, 0.4, 0.5]))).Message;
        Assert.Contains("1 different distances above 0; this fit", message, StringComparison.Ordinal);
        Assert.Contains("has 2 different distances; this fit", Assert.Throws<ArgumentException>(() =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([1, 2, 2], [0.3, 0.4, 0.5]), new LawFitOptions().Free("offset"))).Message, StringComparison.Ordinal);
        Assert.Contains("'test'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_need_errors_and_errors_of_zero_are_refused()
    {
        var options = new LawFitOptions { Weighting = LawWeighting.KnownErrors };
        Assert.Contains("points[0] has no standard error",
            Assert.Throws<ArgumentException>(() =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, NoisyR), options)).Message, StringComparison.Ordinal);
        Assert.Contains("points[2] has a standard error of 0",
            Assert.Throws<ArgumentException>(() =>
            OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, NoisyR, [1, 1, 0, 1, 1, 1]), options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_rising_curve_has_no_peak_or_one_outside_the_data()
    {
        var rising = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, static d => d * (0.4 + 0.01 * d)));
        Assert.Contains("does not turn down", Assert.IsType<LawPeak.None>(rising.Peak).Reason, StringComparison.Ordinal);
        var bending = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, static d => d * (0.4 - 0.01 * d)));
        var outside = Assert.IsType<LawPeak.OutsideData>(bending.Peak);
        Assert.Equal(400, outside.Kl.Value, 1e-6);
        Assert.Equal(9, outside.LargestKl.Value, 1e-12);
        Assert.Contains("no peak inside the data", bending.ToString(), StringComparison.Ordinal);
        var falling = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, static d => -d * (0.4 + 0.01 * d)));
        Assert.Contains("the fitted reward falls, from 0 at the start", Assert.IsType<LawPeak.None>(falling.Peak).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_larger_than_the_bend_leaves_the_peak_undecided()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, [0.3, 0.2, 0.6, 0.5, 1.0, 0.8]));
        var peak = Assert.IsType<LawPeak.Undecided>(fit.Peak);
        Assert.Contains("not clearly above 0", peak.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_proxy_can_be_fitted_instead_of_gold()
    {
        var curve = TestCurves.Of(NoisyD, NoisyR, proxy: Array.ConvertAll(NoisyD, static d => 0.7 * d));
        var fit = OveroptimizationLaw.BestOfN.Fit(curve, new() { Target = RewardTarget.Proxy });
        Assert.Equal(0.7, fit.Alpha.Value, 1e-12);
        Assert.Equal(0, fit.Beta.Value, 1e-12);
        Assert.Equal(RewardTarget.Proxy, fit.Target);
    }

    [Fact]
    public void Gao_table_2_is_too_noisy_for_a_peak()
    {
        // One prompt, Gao et al. 2022, table 2: (n, proxy, gold).
        (int N, double Proxy, double Gold)[] table = [(1, -0.1922, -0.5225), (3, 0.0322, -0.0165), (10, 0.2336, 0.4828),
            (30, 0.6534, -0.1543),
            (100, 0.8968, -0.3367), (3000, 0.9003, 0.2733), (30000, 0.9527, 0.5490)];
        var curve = new RewardCurve(OptimizationMethod.BestOfN, "one prompt", [.. table.Select(static row => new RewardPoint
        {
            Kl = Estimate.Exact(BestOfNTheory.Kl(row.N).Value), Proxy = Estimate.WithoutError(row.Proxy),
                Gold = Estimate.WithoutError(row.Gold), Effort = row.N,
        })]);
        var fit = OveroptimizationLaw.BestOfN.Fit(curve);
        Assert.Equal((6, 1), (fit.PointCount, fit.PointsAtZero));
        Assert.False(fit.Peak is LawPeak.InsideData, fit.ToString());
        var proxy = OveroptimizationLaw.BestOfN.Fit(curve, new() { Target = RewardTarget.Proxy });
        Assert.InRange(proxy.Alpha.Value, 0.2, 0.7);
    }

    [Fact]
    public void The_report_can_be_pasted()
    {
        string report = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(NoisyD, NoisyR)).ToString();
        Assert.Contains("alpha = 0.482 ± 0.0094", report, StringComparison.Ordinal);
        Assert.Contains("beta = 0.1169 ± 0.0038", report, StringComparison.Ordinal);
        Assert.Contains("correlation(alpha, beta) = 0.969", report, StringComparison.Ordinal);
        Assert.Contains("equal weights", report, StringComparison.Ordinal);
        Assert.Contains("by the law: peak 0.4967 (95 %: ", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Rewards_in_other_units_change_the_coefficients_and_nothing_else() =>
        Prop.ForAll(Curves().ToArbitrary(), static curve =>
        {
            var scaled = new RewardCurve(curve.Method, curve.Label,
                [.. curve.Points.Select(static p => p with { Gold = new(1000 * p.Gold.Value, 1000 * p.Gold.StandardError) })]);
            var (one, thousand) = (OveroptimizationLaw.BestOfN.Fit(curve), OveroptimizationLaw.BestOfN.Fit(scaled));
            return Math.Abs(thousand.Alpha.Value - 1000 * one.Alpha.Value) < 1e-8 * (1 + Math.Abs(thousand.Alpha.Value))
                && one.Peak.GetType() == thousand.Peak.GetType() && Math.Abs(one.RSquared - thousand.RSquared) < 1e-9;
        }).QuickCheckThrowOnFailure();

    private static (Vector<double> Coefficients, Matrix<double> Covariance) ByMathNet(OveroptimizationLaw law, RewardCurve curve,
        LawWeighting weighting)
    {
        var gradient = new double[2];
        var design = Matrix<double>.Build.Dense(curve.Points.Count, 2);
        var right = Vector<double>.Build.Dense(curve.Points.Count);
        for (int i = 0; i < curve.Points.Count; i++)
        {
            double scale = weighting == LawWeighting.Equal ? 1 : curve.Points[i].Gold.StandardError;
            law.Gradient(curve.Points[i].Distance, [0, 0], gradient);
            design[i, 0] = gradient[0] / scale;
            design[i, 1] = gradient[1] / scale;
            right[i] = curve.Points[i].Gold.Value / scale;
        }
        var coefficients = design.QR(QRMethod.Thin).Solve(right);
        double variance = weighting == LawWeighting.KnownErrors ? 1
            : (right - design * coefficients).DotProduct(right - design * coefficients) / (curve.Points.Count - 2);
        return (coefficients, design.TransposeThisAndMultiply(design).Inverse() * variance);
    }

    private static Gen<RewardCurve> Curves() =>
        from count in Gen.Choose(5, 25)
        from gold in Gen.Choose(-1000, 1000).ArrayOf(count)
        from errors in Gen.Choose(1, 100).ArrayOf(count)
        select TestCurves.Of([.. Enumerable.Range(1, count).Select(i => 3.0 * i / count)],
            Array.ConvertAll(gold, static g => g / 1000.0), Array.ConvertAll(errors, static e => e / 100.0));
}
