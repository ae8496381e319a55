using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class PeakComparisonTests
{
    private static readonly double[] D = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];

    private static LawFit Fit(Func<double, double> gold, double? error, LawWeighting weighting = LawWeighting.Equal) =>
        OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, [.. D.Select((d, i) => gold(d) + 0.3 * (error ?? 0.02) * (i % 3 - 1))], error is { } one ? [.. D.Select(_ => one)] : null),
            new() { Weighting = weighting });

    [Fact]
    public void A_law_that_holds_and_the_points_agree()
    {
        var fit = Fit(static d => d * (0.5 - 0.12 * d), 0.02);
        Assert.Equal(PeakTrust.Both, fit.PeakComparison.Trust);
        Assert.IsType<MeasuredPeak.Inside>(fit.MeasuredPeak);
        Assert.Contains("as measured: gold measured highest at", fit.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("the law's peak and the measured one agree", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_law_that_does_not_hold_is_not_believed()
    {
        // Up to d = 3.5 and down: the parabola through 0 puts the peak far below.
        var fit = Fit(static d => d <= 3.5 ? 0.1 * d : 0.35 - (d - 3.5), 0.005);
        Assert.True(fit.LackOfFit.IsRejected);
        Assert.Equal(PeakTrust.Measured, fit.PeakComparison.Trust);
        Assert.Equal(3.5 * 3.5, Assert.IsType<MeasuredPeak.Inside>(fit.MeasuredPeak).Highest.Kl.Value, 1e-12);
        Assert.EndsWith("the law does not describe the points: believe what was measured", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rising_points_agree_with_a_peak_beyond_them()
    {
        var rising = Fit(static d => d * (0.5 - 0.02 * d), 0.02);
        Assert.IsType<MeasuredPeak.AtEnd>(rising.MeasuredPeak);
        Assert.Equal(PeakTrust.Both, rising.PeakComparison.Trust);
        var falling = Fit(static d => -0.3 * d, 0.02);
        Assert.Equal(PeakTrust.Both, falling.PeakComparison.Trust);
    }

    [Fact]
    public void Without_errors_there_is_only_the_law()
    {
        Assert.Equal(PeakTrust.Law, Fit(static d => d * (0.5 - 0.12 * d), null).PeakComparison.Trust);
        var proxy = OveroptimizationLaw.BestOfN.Fit(TestCurves.Of(D, Array.ConvertAll(D, static d => -d), proxy: Array.ConvertAll(D, static d => d * (0.5 - 0.12 * d))), new() { Target = RewardTarget.Proxy });
        Assert.Equal(4, proxy.MeasuredPeak.Highest.Kl.Value, 3);
    }

    [Fact]
    public void A_fit_of_the_proxy_speaks_of_the_proxy()
    {
        var points = D.Select((d, i) => new RewardPoint
        {
            Kl = Estimate.Exact(d * d),
            Gold = new(-d, 0.02),
            Proxy = new(d * (0.5 - 0.12 * d), 0.02),
            Effort = i + 1,
        });
        string text = OveroptimizationLaw.BestOfN.Fit(new(OptimizationMethod.ReinforcementLearning, "a run", [.. points]), new() { Target = RewardTarget.Proxy }).ToString();
        Assert.Contains("as measured: proxy measured highest at KL 4 nats", text, StringComparison.Ordinal);
        Assert.Contains("proxy falls by", text, StringComparison.Ordinal);
        Assert.DoesNotContain("gold", text, StringComparison.Ordinal);
    }

    // Without errors of their own the points have that of their scatter, where somebody asks for it: one voice for all that is printed.
    [Fact]
    public void A_fit_is_held_against_the_highest_point_it_is_given()
    {
        double[] d = [.. Enumerable.Range(1, 16).Select(static i => 0.3 * i)];
        RewardCurve curve = TestCurves.Of(d, [.. d.Select(static (d, i) => (d <= 3.5 ? 0.1 * d : 0.35 - (d - 3.5)) + 0.002 * (i % 3 - 1))]);
        LawFit fit = OveroptimizationLaw.BestOfN.Fit(curve), beside = fit.Beside(MeasuredPeak.Of(ScatterErrors.Of(curve)));
        Assert.Equal((PeakTrust.Neither, PeakTrust.Measured), (fit.PeakComparison.Trust, beside.PeakComparison.Trust));
        Assert.Equal((fit.Alpha, fit.Beta, fit.LackOfFit), (beside.Alpha, beside.Beta, beside.LackOfFit));
        Assert.Contains("the intervals rest on the scatter of neighbouring points, not what all of them have in common", beside.ToString(), StringComparison.Ordinal);
        Assert.Contains("rest on the scatter", Advice.Of([beside]).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("believe neither", beside.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => fit.Beside(null!));
    }
}
