using RewardScaling.Divergence;

namespace RewardScaling.Tests.Divergence;

public sealed class KlEstimatorTests
{
    [Fact]
    public void Expectations_over_a_categorical_are_the_enumerated_ones()
    {
        double[] policy = [0.5, 0.3, 0.2], reference = [0.4, 0.4, 0.2];
        double Mean(KlEstimator estimator) =>
            policy.Zip(reference, (p, r) => p * estimator.Token(Math.Log(p), Math.Log(r))).Sum();
        Assert.Equal(0.02526715392157, Mean(KlEstimator.K1), 1e-13);
        Assert.Equal(0.02526715392157, Mean(KlEstimator.K3), 1e-13);
        Assert.Equal(0.0248624073, Mean(KlEstimator.K2), 1e-10);
    }

    [Theory]
    // Samples from N(0,1) measured from N(mu,1): KL mu²/2; standard deviations of one sample over KL by Gaussian integrals:
    // k1 2/mu; k2 sqrt(2 + mu²), bias mu²/4; k3 sqrt(e^(mu²) - 1 - mu²) / (mu²/2).
    [InlineData(1, 2, 0.25, 1.73205081, 1.69503018)]
    [InlineData(2, 1, 1, 2.44948974, 3.52129770)]
    public void Bias_and_spread_for_normals_are_the_closed_forms(double mu, double k1Spread, double k2Bias, double k2Spread,
        double k3Spread)
    {
        double kl = mu * mu / 2;
        (double k1Mean, double k1Deviation) = Moments(KlEstimator.K1, mu);
        (double k2Mean, double k2Deviation) = Moments(KlEstimator.K2, mu);
        (double k3Mean, double k3Deviation) = Moments(KlEstimator.K3, mu);
        Assert.Equal(1, k1Mean / kl, 1e-9);
        Assert.Equal(1 + k2Bias, k2Mean / kl, 1e-9);
        Assert.Equal(1, k3Mean / kl, 1e-9);
        Assert.Equal(k1Spread, k1Deviation / kl, 1e-7);
        Assert.Equal(k2Spread, k2Deviation / kl, 1e-7);
        Assert.Equal(k3Spread, k3Deviation / kl, 1e-7);
    }

    // From E[e^-x] = 1: E[x²] / 2 - KL = KL² / 2 + (third cumulant of x) / 6 - .., and near the reference that cumulant is the
    // skewness of one token's indicator times (2 KL)^1.5. Where it vanishes, p = 1/2, series of the logarithms give 5/6 KL².
    [Theory]
    [InlineData(0.1, 1e-3)]
    [InlineData(0.1, -1e-3)]
    [InlineData(0.3, 1e-3)]
    public void The_bias_of_k2_vanishes_with_the_third_power_of_the_distance(double p, double step)
    {
        var (kl, bias) = BiasOfK2(p, p + step);
        double skewness = (1 - 2 * p) / Math.Sqrt(p * (1 - p));
        Assert.Equal(-Math.Sign(step) * Math.Sqrt(2) / 3 * skewness, bias / Math.Pow(kl, 1.5), 6e-3);
    }

    [Fact]
    public void The_bias_of_k2_vanishes_with_the_fourth_power_where_the_log_ratio_is_not_skewed()
    {
        var (kl, bias) = BiasOfK2(0.5, 0.501);
        Assert.Equal(5.0 / 6, bias / (kl * kl), 1e-3);
    }

    private static (double Kl, double Bias) BiasOfK2(double p, double r)
    {
        double Mean(KlEstimator estimator) => p * estimator.Token(Math.Log(p), Math.Log(r))
            + (1 - p) * estimator.Token(Math.Log(1 - p), Math.Log(1 - r));
        double kl = Mean(KlEstimator.K3);
        return (kl, Mean(KlEstimator.K2) - kl);
    }

    [Fact]
    public void Two_tokens_have_the_enumerated_kl_and_variances()
    {
        // Policy: first A .6 B .4; after A .9/.1; after B .3/.7. Reference: .5/.5; after A .7/.3; after B .3/.7. Four sequences
        // in all.
        double[][] policy = [[0.6, 0.9], [0.6, 0.1], [0.4, 0.3], [0.4, 0.7]],
            reference = [[0.5, 0.7], [0.5, 0.3], [0.5, 0.3], [0.5, 0.7]];
        double first = 0.6 * Math.Log(1.2) + 0.4 * Math.Log(0.8), afterA = 0.9 * Math.Log(0.9 / 0.7) + 0.1 * Math.Log(0.1 / 0.3);
        (double Mean, double Variance) Of(Func<int, double> value)
        {
            double mean = 0, square = 0;
            for (int i = 0; i < 4; i++)
            {
                double probability = policy[i][0] * policy[i][1];
                mean += probability * value(i);
                square += probability * value(i) * value(i);
            }
            return (mean, square - mean * mean);
        }
        double One(KlEstimator estimator, int i) =>
            estimator.Estimate<double>(Array.ConvertAll(policy[i], Math.Log), Array.ConvertAll(reference[i], Math.Log),
                [0, 2]).Value.Value;
        var k1 = Of(i => One(KlEstimator.K1, i));
        var k3 = Of(i => One(KlEstimator.K3, i));
        var exact = Of(i => KlEstimator.Exact<double>([first, i < 2 ? afterA : 0], [0, 2]).Value.Value);
        Assert.Equal(0.0899285675023, k1.Mean, 1e-13);
        Assert.Equal(0.0899285675023, k3.Mean, 1e-13);
        Assert.Equal(0.0899285675023, exact.Mean, 1e-13);
        Assert.Equal(0.1637470833, k1.Variance, 1e-10);
        Assert.Equal(0.0437406317, k3.Variance, 1e-10);
        Assert.Equal(0.0032473803, exact.Variance, 1e-10);
    }

    [Fact]
    public void Tokens_are_summed_over_their_own_sequence_and_sequences_averaged()
    {
        // k1 sums 1 + 2, 4, nothing: mean 7/3, sample deviation of (3, 4, 0) = sqrt(13/3), error over sqrt 3.
        var estimate = KlEstimator.K1.Estimate<float>([1, 2, 4], [0, 0, 0], [0, 2, 3, 3]);
        Assert.Equal(7.0 / 3, estimate.Value.Value, 1e-15);
        Assert.Equal(Math.Sqrt(13.0 / 3 / 3), estimate.Value.StandardError, 1e-14);
        Assert.Equal((3, 3), (estimate.Sequences, estimate.Clusters));
    }

    [Fact]
    public void Errors_are_clustered_by_prompt()
    {
        // Values 1, 3 of prompt 7 and 5, 7 of prompt 2, mean 4; cluster sums of residuals -4 and 4; se² = 2/1 x 32 / 16 = 4.
        var estimate = KlEstimator.Exact<double>([1, 3, 5, 7], [0, 1, 2, 3, 4], [7, 7, 2, 2]);
        Assert.Equal(4, estimate.Value.Value);
        Assert.Equal(2, estimate.Value.StandardError, 1e-14);
        Assert.Equal(2, estimate.Clusters);
        // Every sequence its own prompt: the plain error.
        Assert.Equal(KlEstimator.Exact<double>([1, 3, 5, 7], [0, 1, 2, 3, 4]).Value.StandardError,
            KlEstimator.Exact<double>([1, 3, 5, 7], [0, 1, 2, 3, 4], [4, 3, 2, 1]).Value.StandardError, 1e-14);
        Assert.False(KlEstimator.Exact<double>([1, 3], [0, 1, 2], [5, 5]).Value.HasStandardError);
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(-1e-4)]
    [InlineData(9.99e-4)]
    [InlineData(-1.01e-3)]
    public void K3_keeps_its_digits_for_close_policies(double x) =>
        // x²/2 - x³/6 + x⁴/24 - x⁵/120 in decimal arithmetic.
        Assert.Equal(1, KlEstimator.K3.Token(x,
            0) / (double)((decimal)x * (decimal)x
                * (0.5m - (decimal)x / 6 + (decimal)x * (decimal)x / 24 - (decimal)x * (decimal)x * (decimal)x / 120)), 1e-9);

    [Fact]
    public void The_estimate_says_what_it_is()
    {
        var estimate = KlEstimator.K3.Estimate<double>([-1, -2, -0.5, -1], [-1.5, -2, -1, -0.8], [0, 2, 4], [1, 2]);
        Assert.StartsWith("KL(π‖ref) = ", estimate.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("nats/sequence (k3, 2 sequences, sampled from π)", estimate.ToString(), StringComparison.Ordinal);
        Assert.Contains("(exact per token, 3 sequences of 2 prompts, sampled from π)",
            KlEstimator.Exact<double>([1, 3, 5], [0, 1, 2, 3], [0, 0, 1]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        Assert.Contains("policyLogProbs[1] is NaN",
            Assert.Throws<ArgumentException>(() => KlEstimator.K1.Estimate<float>([0, float.NaN], [0, 0], [0, 2])).Message,
            StringComparison.Ordinal);
        Assert.Contains("referenceLogProbs has 1",
            Assert.Throws<ArgumentException>(() => KlEstimator.K1.Estimate<float>([0, 0], [0], [0, 2])).Message,
            StringComparison.Ordinal);
        Assert.Contains("must end at the number of tokens, 2",
            Assert.Throws<ArgumentException>(() => KlEstimator.K2.Estimate<float>([0, 0], [0, 0], [0, 1])).Message,
            StringComparison.Ordinal);
        Assert.Contains("responseOffsets[2] = 1 is below",
            Assert.Throws<ArgumentException>(() => KlEstimator.Exact<double>([0, 0], [0, 2, 1, 2])).Message,
            StringComparison.Ordinal);
        Assert.Contains("promptOf has 1",
            Assert.Throws<ArgumentException>(() => KlEstimator.Exact<double>([0, 0], [0, 1, 2], [0])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => KlEstimator.Exact<double>([], []));
    }

    // Gaussian integrals by the trapezoid rule, which converges faster than any power for them. x = ln q - ln p = mu²/2 - mu z.
    private static (double Mean, double Deviation) Moments(KlEstimator estimator, double mu)
    {
        double mean = 0, square = 0, step = 0.01;
        for (double z = -14; z <= 14; z += step)
        {
            double weight = step * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI),
                value = estimator.Token(-z * z / 2, -(z - mu) * (z - mu) / 2);
            mean += weight * value;
            square += weight * value * value;
        }
        return (mean, Math.Sqrt(square - mean * mean));
    }
}
