using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

/// <summary>What top-k and top-p leave.</summary>
public sealed class TopCutTests
{
    // Probabilities 0.1, 0.4, 0.2, 0.2, 0.1 but for a factor of e^3.
    [Theory]
    [InlineData(2, 1, ".11..", 0.6)]              // of the two 0.2 the earlier
    [InlineData(4, 1, "1111.", 0.9)]              // of the two 0.1 the earlier
    [InlineData(9, 0.6, ".11..", 0.6)]            // 0.4 + 0.2 reaches it
    [InlineData(9, 0.61, ".111.", 0.8)]
    [InlineData(2, 0.6, ".1...", 0.4)]            // of 0.6 the share 0.6 is 0.36
    [InlineData(2, 0.7, ".11..", 0.6)]            // 0.42
    [InlineData(1, 0.01, ".1...", 0.4)]
    [InlineData(5, 1, "11111", 1)]
    [InlineData(int.MaxValue, 1, "11111", 1)]
    public void Known_answers(int topK, double topP, string left, double mass)
    {
        double[] weights = [.. new[] { 0.1, 0.4, 0.2, 0.2, 0.1 }.Select(static p => Math.Log(p) + 3)];
        double sum = TopCut.Apply(weights, topK, topP, new double[5]);
        Assert.Equal(left, string.Concat(weights.Select(static w => double.IsNegativeInfinity(w) ? '.' : '1')));
        Assert.Equal(Math.Log(mass) + 3, sum, 1e-12);
    }

    [Fact]
    public void What_had_no_probability_gets_none_and_NaN_is_not_cut_away()
    {
        double[] weights = [double.NegativeInfinity, 0, double.NegativeInfinity];
        Assert.Equal(0, TopCut.Apply(weights, 2, 0.9, new double[3]));
        Assert.Equal([double.NegativeInfinity, 0, double.NegativeInfinity], weights);
        Assert.True(double.IsNaN(TopCut.Apply([1, double.NaN, 2], 1, 1, new double[3])));
    }
}
