using MathNet.Numerics.LinearAlgebra;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class JointFitTests
{
    private static readonly double[] D = [0.5, 1, 1.5, 2, 2.5, 3, 4, 5];

    private static readonly LawFitOptions Known = new() { Weighting = LawWeighting.KnownErrors };

    // alpha 0.35 in all, beta falling with size as in Gao et al.'s figure 3c.
    private static RewardCurve[] Curves(int seed, double noise, double alphaSpread = 0) => [.. new[] { 0.17, 0.15, 0.13, 0.12 }.Select((beta, c) =>
        TestCurves.Of(D, [.. D.Select((d, i) => d * (0.35 + alphaSpread * c - beta * Math.Log(d))
            + noise * RandomStream.FromSeed((ulong)seed).Fork(c).Normal((ulong)i))], [.. D.Select(_ => Math.Max(noise, 1e-3))]))];

    [Fact]
    public void Exact_curves_give_their_coefficients_back()
    {
        var fit = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, Curves(1, 0), ["alpha"]);
        Assert.Equal(0.35, fit["alpha"].Value, 1e-13);
        Assert.Equal([0.17, 0.15, 0.13, 0.12], fit.Curves.Select(static curve => Math.Round(curve.Beta.Value, 12)));
        Assert.Equal(32 - 5, fit.DegreesOfFreedom);
        Assert.Equal(Math.Exp(2 * (0.35 / 0.12 - 1)), Assert.IsAssignableFrom<LawPeak.OutsideData>(fit.Curves[3].Peak).Kl.Value, 1e-9);
    }

    [Fact]
    public void Values_errors_and_covariances_are_those_of_the_whole_regression_written_out()
    {
        // One design matrix: column 0 is d for every point, column 1 + c is -d ln d for the points of curve c.
        var curves = Curves(2, 0.02);
        var fit = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, curves, ["alpha"]);
        var design = Matrix<double>.Build.Dense(32, 5, (row, column) => column == 0 ? D[row % 8]
            : column - 1 == row / 8 ? -D[row % 8] * Math.Log(D[row % 8]) : 0);
        var right = Vector<double>.Build.Dense([.. curves.SelectMany(static c => c.Points).Select(static p => p.Gold.Value)]);
        var gram = (design.Transpose() * design).Inverse();
        var solution = gram * design.Transpose() * right;
        double noise2 = (right - design * solution).DotProduct(right - design * solution) / 27;
        Assert.Equal(solution[0], fit["alpha"].Value, 1e-12);
        Assert.Equal(Math.Sqrt(noise2 * gram[0, 0]), fit["alpha"].StandardError, 1e-12);
        for (int c = 0; c < 4; c++)
        {
            Assert.Equal(solution[1 + c], fit.Curves[c].Beta.Value, 1e-12);
            Assert.Equal(noise2 * gram[0, 1 + c], fit.Curves[c].Covariance("alpha", "beta"), 1e-14);
            Assert.Equal(noise2 * gram[1, 1 + c], fit.Covariance(0, "beta", c, "beta"), 1e-14);
        }
        Assert.Equal(Math.Sqrt(noise2), fit.Curves[2].ResidualStandardDeviation, 1e-12);
    }

    [Fact]
    public void The_f_test_is_the_comparison_of_sums_of_squares()
    {
        var curves = Curves(3, 0.02);
        var fit = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, curves, ["alpha"]);
        double separate = curves.Sum(static curve => OveroptimizationLaw.ReinforcementLearning.Fit(curve).ResidualSumOfSquares),
            f = (fit.ResidualSumOfSquares - separate) / 3 / (separate / 24);
        Assert.Equal(f, fit.Sharing.Statistic, 1e-10);
        Assert.Equal(1 - MathNet.Numerics.Distributions.FisherSnedecor.CDF(3, 24, f), fit.Sharing.PValue, 1e-12);
        Assert.StartsWith("The data allow that alpha is the same in all 4 curves (F(3, 24) = ", fit.Sharing.Sentence, StringComparison.Ordinal);
        var different = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, Curves(3, 0.02, 0.05), ["alpha"]).Sharing;
        Assert.False(different.IsAllowed);
        Assert.Contains("reject", different.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    // 1000 data sets; 5 percent are to be rejected, with a deviation of 0.7.
    [InlineData(LawWeighting.Equal)]
    [InlineData(LawWeighting.KnownErrors)]
    public void Sharing_that_holds_is_rejected_as_often_as_it_says_and_intervals_hold_the_truth(LawWeighting weighting)
    {
        int rejected = 0, alpha = 0, beta = 0, peak = 0;
        Parallel.For(0, 1000, set =>
        {
            var fit = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, Curves(1000 + set, 0.02), ["alpha"], new() { Weighting = weighting });
            if (!fit.Sharing.IsAllowed) Interlocked.Increment(ref rejected);
            var intervals = fit.Curves[0].Intervals();
            if (intervals.Parameter("alpha").Contains(0.35)) Interlocked.Increment(ref alpha);
            if (intervals.Parameter("beta").Contains(0.17)) Interlocked.Increment(ref beta);
            if (set < 300 && intervals.PeakKl.Contains(Math.Exp(2 * (0.35 / 0.17 - 1)))) Interlocked.Increment(ref peak);
        });
        Assert.InRange(rejected, 28, 72);
        Assert.InRange(alpha, 930, 970);
        Assert.InRange(beta, 930, 970);
        Assert.InRange(peak, 274, 296);
    }

    [Fact]
    public void A_nonlinear_law_shares_its_exponent()
    {
        double[] betas = [0.12, 0.1, 0.08];
        RewardCurve[] curves = [.. betas.Select((beta, c) => TestCurves.Of(D, [.. D.Select((d, i) =>
            d * (0.5 - beta * Math.Pow(d, 0.7)) + 1e-3 * RandomStream.FromSeed(5).Fork(c).Normal((ulong)i))]))];
        var fit = JointFit.Of(OveroptimizationLaw.Power, curves, ["alpha", "gamma"]);
        Assert.InRange((fit["gamma"].Value - 0.7) / fit["gamma"].StandardError, -3.5, 3.5);
        // One unit of noise assumed in both, three curves know the exponent better than one.
        var alone = OveroptimizationLaw.Power.Fit(curves[0]);
        Assert.True(fit["gamma"].StandardError / fit.Curves[0].ResidualStandardDeviation < alone["gamma"].StandardError / alone.ResidualStandardDeviation);
        for (int c = 0; c < 3; c++) Assert.InRange((fit.Curves[c].Beta.Value - betas[c]) / fit.Curves[c].Beta.StandardError, -3.5, 3.5);
        Assert.Equal(4, fit.Sharing.Restrictions);
        Assert.True(fit.Sharing.PValue > 1e-3);
    }

    [Fact]
    public void Weights_follow_the_options()
    {
        var curves = Curves(6, 0.02);
        var known = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, curves, ["alpha"], Known);
        var equal = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, curves, ["alpha"]);
        // Errors of one size: the same values, and errors in the ratio of the noise believed to the noise found.
        Assert.Equal(equal["alpha"].Value, known["alpha"].Value, 1e-12);
        Assert.Equal(equal["alpha"].StandardError * 0.02 / equal.Curves[0].ResidualStandardDeviation, known["alpha"].StandardError, 1e-12);
        Assert.Equal(double.PositiveInfinity, known.Sharing.DegreesOfFreedom);
        Assert.Contains("χ²(3)", known.Sharing.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_is_kept_and_spoils_the_test()
    {
        var fit = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, Curves(7, 0.02), ["alpha"], new LawFitOptions().Bound("beta", min: 0.14));
        Assert.Equal(0.14, fit.Curves[3].Beta.Value);
        Assert.Equal(ParameterState.AtBound, fit.Curves[3].Parameters[1].State);
        Assert.False(fit.HasSharingTest);
        Assert.Contains("at its bound", Assert.Throws<InvalidOperationException>(() => fit.Sharing).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_curve_with_one_point_can_lean_on_the_others()
    {
        var curves = Curves(8, 0.01);
        var fit = JointFit.Of(OveroptimizationLaw.ReinforcementLearning,
            [curves[0], curves[1], new(OptimizationMethod.ReinforcementLearning, "short", [curves[2].Points[4]])], ["alpha"]);
        Assert.InRange((fit.Curves[2].Beta.Value - 0.13) / fit.Curves[2].Beta.StandardError, -3.5, 3.5);
        Assert.False(fit.HasSharingTest);
        Assert.Contains("sharing not tested: a curve cannot be fitted by itself", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Curves_of_one_pool_know_that_their_errors_go_together()
    {
        // Two proxies score one pool; gold's prompt shifts are common, so differences between the curves are better known.
        var rejected = new int[2];
        int[] ns = [1, 2, 4, 8, 16, 32];
        Parallel.For(0, 200, set =>
        {
            var stream = RandomStream.FromSeed(77).Fork(set);
            var pool = SharedSamplesTests.Pool(40, 32, stream);
            ScoredPrompt[] noisy = [.. pool.Select((prompt, p) => new ScoredPrompt(prompt.Name,
                [.. prompt.Proxy.ToArray().Select((_, s) => stream.Fork(5000 + p).Uniform((ulong)s))], prompt.Gold))],
                noisier = [.. pool.Select((prompt, p) => new ScoredPrompt(prompt.Name,
                [.. prompt.Proxy.ToArray().Select((_, s) => stream.Fork(9000 + p).Uniform((ulong)s))], prompt.Gold))];
            // Proxies that know nothing: both curves are flat at the prompts' means, so the offset is truly shared.
            RewardCurve[] curves = [BestOfNCurve.From(noisy, ns), BestOfNCurve.From(noisier, ns)];
            var options = new LawFitOptions { Weighting = LawWeighting.SharedSamples }.Free("offset");
            if (!JointFit.Of(OveroptimizationLaw.BestOfN, curves, ["offset"], options, samePrompts: true).Sharing.IsAllowed) Interlocked.Increment(ref rejected[0]);
            if (!JointFit.Of(OveroptimizationLaw.BestOfN, curves, ["offset"], options).Sharing.IsAllowed) Interlocked.Increment(ref rejected[1]);
        });
        // 10 of 200 expected with a deviation of 3; taken as independent the test rejects far too seldom.
        Assert.InRange(rejected[0], 1, 20);
        Assert.InRange(rejected[1], 0, rejected[0]);
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        var law = OveroptimizationLaw.ReinforcementLearning;
        var curves = Curves(9, 0.01);
        void Faulty(string expected, Func<JointFit> fit) => Assert.Contains(expected, Assert.Throws<ArgumentException>(fit).Message, StringComparison.Ordinal);
        Faulty("curves has 1 curves", () => JointFit.Of(law, curves[..1], ["alpha"]));
        Faulty("shared is empty", () => JointFit.Of(law, curves, []));
        Faulty("no coefficient 'gamma'", () => JointFit.Of(law, curves, ["gamma"]));
        Faulty("'offset' is fixed", () => JointFit.Of(law, curves, ["offset"]));
        Faulty("names a coefficient twice", () => JointFit.Of(law, curves, ["alpha", "alpha"]));
        Faulty("no standard error", () => JointFit.Of(law, [TestCurves.Of(D, D), TestCurves.Of(D, D)], ["alpha"], Known));
        Faulty("has no covariance", () => JointFit.Of(law, curves, ["alpha"], new() { Weighting = LawWeighting.SharedSamples }));
        var fit = JointFit.Of(law, curves, ["alpha"]);
        Assert.Contains("'beta' is not shared", Assert.Throws<ArgumentException>(() => fit["beta"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => fit.Covariance(4, "alpha", 0, "beta"));
        Assert.Contains("no profile of its own", Assert.Throws<InvalidOperationException>(() => fit.Curves[0].Intervals().Profile("beta")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ResidualResampler(fit.Curves[0]));
    }
}
