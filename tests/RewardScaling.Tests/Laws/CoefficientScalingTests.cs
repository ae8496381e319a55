using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class CoefficientScalingTests
{
    // A third party's reading of Gao et al. 2022, figure 3: parameters, alpha_bon, beta_bon.
    private static readonly ScalingPoint[] Published =
    [
        new(3e6, 0.490, 0.1200), new(12e6, 0.513, 0.1200), new(25e6, 0.558, 0.1150), new(42e6, 0.548, 0.1110),
            new(85e6, 0.599, 0.1060),
        new(300e6, 0.633, 0.0995), new(680e6, 0.649, 0.0980), new(1.2e9, 0.653, 0.0965), new(3e9, 0.662, 0.0900),
    ];

    [Fact]
    public void The_published_coefficients_have_the_known_lines()
    {
        // Least squares in log10 N: alpha 0.08045 + 0.06330 x (R² 0.954), beta 0.19268 - 0.010752 x (R² 0.965).
        var scaling = CoefficientScaling.Of(OveroptimizationLaw.BestOfN, Published);
        Assert.Equal(0.08045, scaling.Line("alpha").Intercept.Value, 5e-6);
        Assert.Equal(0.06330, scaling.Line("alpha").Slope.Value, 5e-6);
        Assert.Equal(0.19268, scaling.Line("beta").Intercept.Value, 5e-6);
        Assert.Equal(-0.010752, scaling.Line("beta").Slope.Value, 5e-7);
        Assert.Equal(0.954, scaling.RSquared[0], 5e-4);
        Assert.Equal(0.965, scaling.RSquared[1], 5e-4);
        Assert.Contains("R² 0.954, 9 reward models", scaling.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_larger_reward_model_is_predicted_to_peak_later_and_higher_with_intervals()
    {
        var scaling = CoefficientScaling.Of(OveroptimizationLaw.BestOfN, Published);
        var small = scaling.PredictPeak(3e6, RandomStream.FromSeed(1));
        var large = scaling.PredictPeak(1e10, RandomStream.FromSeed(1));
        Assert.True(large.Kl.Low > small.Kl.High && large.Reward.Low > small.Reward.High, $"{small} {large}");
        double[] c = scaling.Coefficients(1e10);
        Assert.True(large.Kl.Contains(c[0] * c[0] / (4 * c[1] * c[1])) && large.Reward.Contains(c[0] * c[0] / (4 * c[1])));
        Assert.Equal(large, scaling.PredictPeak(1e10, RandomStream.FromSeed(1)));
        Assert.NotEqual(large, scaling.PredictPeak(1e10, RandomStream.FromSeed(2)));
    }

    [Fact]
    public void An_exact_power_law_gives_its_exponents_back()
    {
        double[] sizes = [1e3, 1e4, 1e5, 1e6];
        var scaling = CoefficientScaling.Of(OveroptimizationLaw.BestOfN,
            [.. sizes.Select(static n => new ScalingPoint(n, 0.2 * Math.Pow(n, 0.1), 0.5 * Math.Pow(n, -0.05)))],
            ScalingForm.PowerLaw);
        Assert.Equal(0.1, scaling.Line("alpha").Slope.Value / Math.Log(10), 1e-12);
        Assert.Equal(-0.05, scaling.Line("beta").Slope.Value / Math.Log(10), 1e-12);
        Assert.Equal(0.2 * Math.Pow(1e8, 0.1), scaling.Coefficients(1e8)[0], 1e-10);
    }

    [Fact]
    public void Prediction_intervals_hold_a_new_reward_model_as_often_as_they_say()
    {
        // Coefficients a line plus correlated scatter; 8 models fitted, a ninth predicted, 1000 times; the share's own error is
        // 0.7 percent.
        var root = RandomStream.FromSeed(33);
        int alpha = 0, kl = 0, reward = 0;
        for (int set = 0; set < 1000; set++)
        {
            var random = root.Fork(set);
            ScalingPoint One(int i)
            {
                double x = 6 + 0.4 * i, z = random.Normal((ulong)(2 * i)), w = random.Normal((ulong)(2 * i + 1));
                return new(Math.Pow(10, x), 0.1 + 0.06 * x + 0.01 * z, 0.19 - 0.01 * x + 0.003 * (0.8 * z + 0.6 * w));
            }
            var scaling = CoefficientScaling.Of(OveroptimizationLaw.BestOfN, [.. Enumerable.Range(0, 8).Select(One)]);
            var next = One(9);
            double a = next.Coefficients[0], b = next.Coefficients[1];
            if (scaling.Predict("alpha", next.Size).Contains(a)) alpha++;
            if (set >= 50) continue;
            var peak = scaling.PredictPeak(next.Size, random.Fork("draws"));
            if (peak.Kl.Contains(a * a / (4 * b * b))) kl++;
            if (peak.Reward.Contains(a * a / (4 * b))) reward++;
        }
        Assert.InRange(alpha, 930, 970);
        // 47.5 of 50 expected, with a deviation of 1.5.
        Assert.InRange(kl, 43, 50);
        Assert.InRange(reward, 43, 50);
    }

    [Fact]
    public void Leaving_one_size_out_tests_the_line()
    {
        var results = CoefficientScaling.Of(OveroptimizationLaw.BestOfN, Published).LeaveOneOut();
        Assert.Equal(18, results.Count);
        Assert.InRange(results.Count(static result => result.IsPredicted), 15, 18);
    }

    [Fact]
    public void A_level_outside_0_and_1_is_named()
    {
        var scaling = CoefficientScaling.Of(OveroptimizationLaw.BestOfN, Published);
        var stream = RandomStream.FromSeed(1);
        Levels.MustLieInside0And1(
            level => scaling.Predict("alpha", 1e9, level),
            level => scaling.PredictPeak(1e9, stream, level),
            level => scaling.PredictCurve(1e9, [new(1)], stream, level),
            level => scaling.LeaveOneOut(level));
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        Assert.Contains("2 reward models",
            Assert.Throws<ArgumentException>(static () =>
            CoefficientScaling.Of(OveroptimizationLaw.BestOfN, Published[..2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => CoefficientScaling.Of(OveroptimizationLaw.Linear, Published));
        Assert.Contains("points[0].Coefficients[1]", Assert.ThrowsAny<ArgumentException>(static () =>
            CoefficientScaling.Of(OveroptimizationLaw.BestOfN, [new(1, 1, -1), new(2, 1, 1), new(3, 1, 1)],
                ScalingForm.PowerLaw)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new ScalingPoint(0, 1, 1));
        Assert.Throws<ArgumentException>(static () =>
            CoefficientScaling.Of(OveroptimizationLaw.BestOfN, Published).Line("gamma"));
    }
}
