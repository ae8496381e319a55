using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class LogitRecalibrationTests
{
    private static readonly double[] Gold = [-1.5, -0.2, 0.4, 2];

    // Reference value: logits of half the gold differences need the scale 2; there the cross-entropy is the labels' own entropy.
    [Fact]
    public void Half_the_gold_difference_needs_scale_two()
    {
        LogitRecalibration fit = LogitRecalibration.Fit(Array.ConvertAll(Gold, g => g / 2), Gold);
        Assert.Equal(2, fit.Scale, 10);
        Assert.Equal(0.5505244193, fit.CrossEntropy, 10);
        Assert.Equal(0.5809923391, fit.CrossEntropyBefore, 10);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(0.1)]
    [InlineData(1.0)]
    [InlineData(250.0)]
    [InlineData(-3.0)]
    public void A_multiple_of_gold_is_divided_out(double factor)
    {
        LogitRecalibration fit = LogitRecalibration.Fit(Array.ConvertAll(Gold, g => factor * g), Gold);
        Assert.Equal(1, fit.Scale * factor, 10);
        Assert.True(fit.CrossEntropy <= fit.CrossEntropyBefore + 1e-15);
    }

    [Fact]
    public void No_other_scale_is_better()
    {
        double[] proxy = [0.3, -1.2, 2.2, 0.1], gold = [1.0, 0.2, 0.9, -0.5];
        LogitRecalibration fit = LogitRecalibration.Fit(proxy, gold);
        foreach (double scale in (double[])[fit.Scale * 0.9, fit.Scale * 1.1, 0, 1, -1])
        {
            double other = 0;
            for (int i = 0; i < 4; i++) other += BradleyTerryLoss.AtSoft(scale * proxy[i], gold[i]).Loss / 4;
            Assert.True(fit.CrossEntropy < other, $"{scale}");
        }
    }

    [Fact]
    public void Input_that_has_no_answer_is_refused()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => LogitRecalibration.Fit([], [])).Message);
        Assert.Contains("must have 2", Assert.Throws<ArgumentException>(() => LogitRecalibration.Fit([1, 2], [1])).Message);
        Assert.Contains("is 0", Assert.Throws<ArgumentException>(() => LogitRecalibration.Fit([0, 0], [1, 2])).Message);
        Assert.Contains("proxyMargins[1]", Assert.Throws<ArgumentException>(() => LogitRecalibration.Fit([1, double.NaN], [1, 2])).Message);
        Assert.Contains("goldMargins[0]",
            Assert.Throws<ArgumentException>(() => LogitRecalibration.Fit([1, 1], [double.PositiveInfinity, 2])).Message);
    }
}
