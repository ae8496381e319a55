using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class LawComparisonTests
{
    private static readonly double[] D = [.. Enumerable.Range(1, 24).Select(static i => 0.25 * i)];
    private static readonly OveroptimizationLaw[] All = [OveroptimizationLaw.BestOfN, OveroptimizationLaw.ReinforcementLearning,
        OveroptimizationLaw.Log, OveroptimizationLaw.Linear];

    private static double[] With(Func<double, double> law, double noise, ulong seed) =>
        [.. D.Select((d, i) => law(d) + noise * RandomStream.FromSeed(seed).Normal((ulong)i))];

    [Fact]
    public void The_law_that_made_the_data_is_supported_when_the_noise_is_small()
    {
        var rl = LawComparison.Of(All, TestCurves.Of(D, With(static d => d * (0.5 - 0.25 * Math.Log(d)), 0.01, 1)));
        Assert.Same(OveroptimizationLaw.ReinforcementLearning, rl.Best.Fit.Law);
        Assert.True(rl.IsDecided);
        Assert.StartsWith("The data support the rl law", rl.Verdict, StringComparison.Ordinal);
        var bon = LawComparison.Of(All, TestCurves.Of(D, With(static d => d * (0.5 - 0.06 * d), 0.01, 2)));
        Assert.Same(OveroptimizationLaw.BestOfN, bon.Best.Fit.Law);
        Assert.Equal(1, bon.Scores.Sum(static score => score.Weight), 1e-12);
    }

    [Fact]
    public void Noise_leaves_it_undecided_and_the_verdict_says_so()
    {
        double[] few = [0.5, 1, 1.5, 2, 2.5, 3], rewards = [0.21, 0.39, 0.43, 0.5, 0.46, 0.41];
        var comparison = LawComparison.Of([OveroptimizationLaw.BestOfN, OveroptimizationLaw.Log], TestCurves.Of(few, rewards));
        Assert.False(comparison.IsDecided);
        Assert.StartsWith("The data do not decide", comparison.Verdict, StringComparison.Ordinal);
        Assert.Contains("AICc", comparison.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Criteria_are_the_textbook_ones()
    {
        // m = 24, two coefficients and the noise: k = 3.
        var score = LawComparison.Of(All, TestCurves.Of(D, With(static d => 0.3 * d, 0.1, 3))).Scores.Single(static s =>
            s.Fit.Law == OveroptimizationLaw.BestOfN);
        double misfit = 24 * Math.Log(score.Fit.ResidualSumOfSquares / 24);
        Assert.Equal(misfit + 6 + 24.0 / 20, score.Aicc, 1e-10);
        Assert.Equal(misfit + 3 * Math.Log(24), score.Bic, 1e-10);
    }

    [Fact]
    public void Runs_count_every_order_of_signs()
    {
        // Residual signs + + + - - - - + by distance: 3 runs of 4 plus and 4 minus. Of the C(8,4) = 70 orders 2 have 2 runs and 6
        // have 3.
        double[] d = [1, 2, 3, 4, 5, 6, 7, 8], noise = [0.1, 0.1, 0.1, -0.1, -0.1, -0.1, -0.1, 0.1];
        var fit = OveroptimizationLaw.Linear.Fit(TestCurves.Of(d, [.. d.Select((x, i) => 2 * x + noise[i])]),
            new LawFitOptions().Fix("alpha", 2));
        Assert.Equal(8.0 / 70, LawComparison.RunsPValue(fit), 1e-12);
    }

    [Fact]
    public void A_wrong_law_has_few_runs()
    {
        var comparison = LawComparison.Of(All, TestCurves.Of(D, With(static d => d * (0.5 - 0.06 * d), 0.01, 2)));
        Assert.True(comparison.Scores.Single(static s => s.Fit.Law == OveroptimizationLaw.Linear).RunsPValue < 1e-4);
    }

    [Fact]
    public void Extrapolation_accepts_the_right_law_and_rejects_a_wrong_one()
    {
        var curve = TestCurves.Of(D, With(static d => d * (0.5 - 0.06 * d), 0.01, 4));
        var right = ExtrapolationTest.Of(OveroptimizationLaw.BestOfN, curve, new(9));
        var wrong = ExtrapolationTest.Of(OveroptimizationLaw.ReinforcementLearning, curve, new(9));
        Assert.Equal(12, right.HeldOutCount);
        Assert.True(right.PValue > 0.01 && wrong.PValue < 1e-4, $"{right}\n{wrong}");
        Assert.True(wrong.MeanError < 0 && wrong.RootMeanSquareError > right.RootMeanSquareError);
    }

    [Fact]
    public void Extrapolation_p_values_are_uniform_under_the_law()
    {
        var root = RandomStream.FromSeed(8);
        int small = 0;
        for (int set = 0; set < 1000; set++)
        {
            var stream = root.Fork(set);
            var curve = TestCurves.Of(D, [.. D.Select((d, i) => d * (0.5 - 0.06 * d) + 0.02 * stream.Normal((ulong)i))]);
            if (ExtrapolationTest.Of(OveroptimizationLaw.BestOfN, curve, new(9)).PValue < 0.05) small++;
        }
        Assert.InRange(small, 30, 72); // 50 expected, deviation 6.9
    }

    [Fact]
    public void Impossible_cuts_and_single_laws_are_refused()
    {
        var curve = TestCurves.Of(D, static d => d);
        Assert.Contains("no point beyond",
            Assert.Throws<ArgumentException>(() => ExtrapolationTest.Of(OveroptimizationLaw.BestOfN, curve, new(100))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ExtrapolationTest.Of(OveroptimizationLaw.BestOfN, curve, new(0.3)));
        Assert.Throws<ArgumentException>(() => LawComparison.Of([OveroptimizationLaw.BestOfN], curve));
    }
}
