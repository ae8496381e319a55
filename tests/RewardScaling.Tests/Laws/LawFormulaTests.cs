using FsCheck;
using FsCheck.Fluent;
using RewardScaling.Divergence;
using RewardScaling.Laws;

namespace RewardScaling.Tests.Laws;

public sealed class LawFormulaTests
{
    [Theory]
    // alpha 0.35, beta 0.154: direct arithmetic.
    [InlineData(0, 0)]
    [InlineData(1, 0.35)]
    [InlineData(2, 0.4865106683875)]
    [InlineData(5, 0.5107328074257)]
    [InlineData(10, -0.0459810432108)]
    [InlineData(3.5705772333, 0.5498688939)]
    public void The_rl_law_has_its_values(double d, double reward) =>
        Assert.Equal(reward, OveroptimizationLaw.ReinforcementLearning.Evaluate(new(d), 0.35, 0.154),
            1e-12 + (d is > 3 and < 4 ? 1e-10 : 0));

    [Fact]
    public void The_rl_law_peaks_and_returns_where_the_closed_forms_say()
    {
        // d* = exp(alpha/beta - 1), R* = beta d*, zero at exp(alpha/beta).
        Assert.True(OveroptimizationLaw.ReinforcementLearning.TryPeak([0.35, 0.154], out var peak));
        Assert.Equal(3.5705772333, peak.Value, 1e-10);
        Assert.Equal(12.7490217791, peak.Squared().Value, 1e-9);
        Assert.True(OveroptimizationLaw.ReinforcementLearning.TryZero([0.35, 0.154], out var zero));
        Assert.Equal(9.7058352104, zero.Value, 1e-9);
    }

    [Fact]
    public void The_best_of_n_law_peaks_and_returns_where_the_closed_forms_say()
    {
        var law = OveroptimizationLaw.BestOfN;
        Assert.True(law.TryPeak([0.49, 0.12], out var peak));
        Assert.Equal(2.0416666667, peak.Value, 1e-10);
        Assert.Equal(4.1684027778, peak.Squared().Value, 1e-10);
        Assert.Equal(0.5002083333, law.Evaluate(peak, 0.49, 0.12), 1e-10);
        Assert.True(law.TryZero([0.49, 0.12], out var zero));
        Assert.Equal(4.0833333, zero.Value, 1e-7);
        // n = 1000: d² = ln 1000 - 0.999.
        Assert.Equal(0.4820380041, law.Evaluate(new(Math.Sqrt(Math.Log(1000) - 0.999)), 0.49, 0.12), 1e-10);
    }

    [Fact]
    public void The_85M_reward_model_peaks_where_its_digitised_coefficients_say()
    {
        Assert.True(OveroptimizationLaw.BestOfN.TryPeak([0.599, 0.106], out var peak));
        Assert.Equal(7.98329, peak.Squared().Value, 1e-5);
        Assert.Equal(0.84623, OveroptimizationLaw.BestOfN.Evaluate(peak, 0.599, 0.106), 1e-5);
    }

    [Theory]
    [InlineData(1, 0.4444142504)]
    [InlineData(2, 1.0848822452)]
    public void Iterated_rlhf_is_k_times_the_law_at_a_kth_of_the_distance(int k, double expected) =>
        // Gao et al., section 4.3: R = d (alpha - beta ln d + beta ln k) = k R(d / k); alpha 0.35, beta 0.154, d 6.
        Assert.Equal(expected, k * OveroptimizationLaw.ReinforcementLearning.Evaluate(new(6.0 / k), 0.35, 0.154), 1e-10);

    [Fact]
    public void Slopes_and_gradients_agree_with_differences() =>
        Prop.ForAll(Cases().ToArbitrary(), static item =>
        {
            foreach (OveroptimizationLaw law in new OveroptimizationLaw[] { OveroptimizationLaw.BestOfN,
                OveroptimizationLaw.ReinforcementLearning, OveroptimizationLaw.Log })
            {
                const double Step = 1e-6;
                double slope = (law.Evaluate(new(item.D + Step), item.Alpha, item.Beta) - law.Evaluate(new(item.D - Step),
                    item.Alpha, item.Beta)) / (2 * Step);
                if (Math.Abs(slope - law.Slope(new(item.D), item.Alpha, item.Beta)) > 1e-6) return false;
                var gradient = new double[2];
                law.Gradient(new(item.D), [item.Alpha, item.Beta], gradient);
                double alpha = law.Evaluate(new(item.D), item.Alpha + 1, item.Beta) - law.Evaluate(new(item.D), item.Alpha,
                    item.Beta);
                double beta = law.Evaluate(new(item.D), item.Alpha, item.Beta + 1) - law.Evaluate(new(item.D), item.Alpha,
                    item.Beta);
                if (Math.Abs(alpha - gradient[0]) > 1e-9 || Math.Abs(beta - gradient[1]) > 1e-9) return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void At_a_peak_the_slope_is_zero_and_at_a_zero_the_reward_is() =>
        Prop.ForAll(Cases().ToArbitrary(), static item =>
        {
            foreach (OveroptimizationLaw law in new OveroptimizationLaw[] { OveroptimizationLaw.BestOfN,
                OveroptimizationLaw.ReinforcementLearning, OveroptimizationLaw.Log })
            {
                if (law.TryPeak([item.Alpha, item.Beta], out var peak)
                    && Math.Abs(law.Slope(peak, item.Alpha, item.Beta)) > 1e-12) return false;
                if (law.TryZero([item.Alpha, item.Beta], out var zero)
                    && Math.Abs(law.Evaluate(zero, item.Alpha,
                    item.Beta)) > 1e-10 * (1 + zero.Value * (1 + Math.Abs(item.Alpha)))) return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.5, -0.1)]
    [InlineData(-0.5, -0.1)]
    [InlineData(0, 0)]
    [InlineData(1, 1e-300)]
    public void Without_a_positive_beta_there_is_no_peak(double alpha, double beta)
    {
        Assert.False(OveroptimizationLaw.BestOfN.TryPeak([alpha, beta], out var peak));
        Assert.Equal(0, peak.Value);
        Assert.False(OveroptimizationLaw.ReinforcementLearning.TryPeak([alpha, beta], out _));
        Assert.False(OveroptimizationLaw.BestOfN.TryZero([alpha, beta], out _));
        Assert.False(OveroptimizationLaw.ReinforcementLearning.TryZero([alpha, beta], out _));
    }

    [Fact]
    public void A_negative_alpha_peaks_only_under_the_rl_law()
    {
        Assert.False(OveroptimizationLaw.BestOfN.TryPeak([-0.2, 0.1], out _));
        Assert.True(OveroptimizationLaw.ReinforcementLearning.TryPeak([-0.2, 0.1], out var peak));
        Assert.Equal(Math.Exp(-3), peak.Value, 1e-15);
    }

    [Fact]
    public void The_rl_law_is_infinitely_steep_at_the_start()
    {
        Assert.Equal(double.PositiveInfinity, OveroptimizationLaw.ReinforcementLearning.Slope(default, 0.3, 0.1));
        Assert.Equal(0.3, OveroptimizationLaw.ReinforcementLearning.Slope(default, 0.3, 0));
        Assert.Equal(0.3, OveroptimizationLaw.BestOfN.Slope(default, 0.3, 0.1));
    }

    [Fact]
    public void Another_number_of_coefficients_is_refused()
    {
        Assert.Contains("it must have 2",
            Assert.Throws<ArgumentException>(() => OveroptimizationLaw.BestOfN.Evaluate(new KlDistance(1), 0.3)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OveroptimizationLaw.ReinforcementLearning.Slope(new KlDistance(1), 0.3, 0.1, 0));
    }

    private static Gen<(double D, double Alpha, double Beta)> Cases() =>
        from d in Gen.Choose(10, 5000)
        from alpha in Gen.Choose(-1000, 1000)
        from beta in Gen.Choose(-1000, 1000)
        select (d / 1000.0, alpha / 1000.0, beta / 1000.0);
}
