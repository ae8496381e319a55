using RewardScaling.Divergence;

namespace RewardScaling.Tests.Divergence;

/// <summary>KL between whole distributions, and what top-k and top-p make of one.</summary>
public sealed class NextTokenKlTests
{
    private static readonly double[] Policy = Logs(0.5, 0.3, 0.15, 0.05), Reference = Logs(0.25, 0.25, 0.25, 0.25);

    [Fact]
    public void The_kl_is_the_sum_over_the_vocabulary()
    {
        Assert.Equal(0.5 * Math.Log(2) + 0.3 * Math.Log(1.2) + 0.15 * Math.Log(0.6) + 0.05 * Math.Log(0.2),
            NextTokenKl.Exact(Policy, Reference), 1e-14);
        Assert.Equal(0, NextTokenKl.Exact(Policy, Policy));
    }

    [Theory]
    [InlineData(2, 1, new[] { 0.625, 0.375, 0, 0 })]
    [InlineData(int.MaxValue, 0.8, new[] { 0.625, 0.375, 0, 0 })]
    [InlineData(int.MaxValue, 0.81, new[] { 0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0 })]
    [InlineData(2, 0.6, new[] { 1.0, 0, 0, 0 })]
    [InlineData(1, 1, new[] { 1.0, 0, 0, 0 })]
    [InlineData(9, 1, new[] { 0.5, 0.3, 0.15, 0.05 })]
    public void What_is_left_is_renormalised(int topK, double topP, double[] expected)
    {
        double[] cut = NextTokenKl.Cut(Policy, topK, topP);
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], Math.Exp(cut[i]), 1e-12);
    }

    [Fact]
    public void The_cut_policy_has_a_kl_of_its_own_and_the_cut_reference_an_infinite_one()
    {
        double[] cut = NextTokenKl.Cut(Policy, 2);
        Assert.Equal(0.625 * Math.Log(2.5) + 0.375 * Math.Log(1.5), NextTokenKl.Exact(cut, Reference), 1e-12);
        Assert.True(NextTokenKl.Exact(cut, Reference) > NextTokenKl.Exact(Policy, Reference));
        Assert.Equal(0, NextTokenKl.Exact(cut, cut));
        var fault = Assert.Throws<InfiniteKlException>(() => NextTokenKl.Exact(Policy, NextTokenKl.Cut(Reference, 3)));
        Assert.Equal("logReference[3]", fault.Where);
        Assert.Contains("+infinity", fault.Message, StringComparison.Ordinal);
    }

    // The mixture nobody should log: samples of the cut policy, log-probabilities of the uncut one.
    [Fact]
    public void The_uncut_log_ratio_on_samples_of_the_cut_policy_is_another_number()
    {
        double[] cut = NextTokenKl.Cut(Policy, 2);
        double mixture = Enumerable.Range(0, 2).Sum(i => Math.Exp(cut[i]) * (Policy[i] - Reference[i]));
        Assert.Equal(NextTokenKl.Exact(cut, Reference) + Math.Log(0.8), mixture, 1e-12);
    }

    [Fact]
    public void Estimators_say_that_a_reference_without_support_is_infinitely_far()
    {
        double[] reference = [-1, double.NegativeInfinity];
        var fault = Assert.Throws<InfiniteKlException>(() => KlEstimator.K1.Estimate<double>([-1, -2], reference, [0, 2]));
        Assert.Equal("referenceLogProbs[1]", fault.Where);
        Assert.Contains("+infinity", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InfiniteKlException>(() => KlEstimator.Exact<double>([0, double.PositiveInfinity], [0, 2]));
        Assert.Throws<ArgumentException>(() => KlEstimator.Exact<double>([0, double.NaN], [0, 2]));
    }

    [Fact]
    public void What_is_no_distribution_is_refused()
    {
        Assert.Contains("logPolicy[1] is NaN",
            Assert.Throws<ArgumentException>(() => NextTokenKl.Exact([0, double.NaN], [0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("sum to 2", Assert.Throws<ArgumentException>(() => NextTokenKl.Cut([0, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NextTokenKl.Exact(Policy, Logs(0.5, 0.5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => NextTokenKl.Cut(Policy, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NextTokenKl.Cut(Policy, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NextTokenKl.Cut(Policy, 1, 1.1));
    }

    private static double[] Logs(params double[] probabilities) => Array.ConvertAll(probabilities, Math.Log);
}
