using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class BradleyTerryLossTests
{
    // -ln σ(m): ln 2, ln(1 + e^-1) and ln(1 + e), to ten digits.
    [Theory]
    [InlineData(0.0, 0.6931471806)]
    [InlineData(1.0, 0.3132616875)]
    [InlineData(-1.0, 1.3132616875)]
    public void Loss_matches_reference_values(double margin, double loss) =>
        Assert.Equal(loss, BradleyTerryLoss.At(margin).Loss, 10);

    [Fact]
    public void Chance_is_the_loss_at_margin_zero() => Assert.Equal(BradleyTerryLoss.Chance, BradleyTerryLoss.At(0).Loss, 15);

    [Theory]
    [InlineData(-30)]
    [InlineData(-3)]
    [InlineData(-0.1)]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(5)]
    [InlineData(12)]
    public void Gradient_is_the_finite_difference_of_the_loss(double margin)
    {
        const double h = 1e-5;
        double difference = (BradleyTerryLoss.At(margin + h).Loss - BradleyTerryLoss.At(margin - h).Loss) / (2 * h);
        Assert.Equal(difference, BradleyTerryLoss.At(margin).MarginGradient, 9);
    }

    [Theory]
    [InlineData(-2.0, 1.5)]
    [InlineData(0.4, -0.3)]
    [InlineData(6.0, 9.0)]
    public void Soft_gradient_is_the_finite_difference_of_the_soft_loss(double margin, double teacher)
    {
        const double h = 1e-5;
        double difference =
            (BradleyTerryLoss.AtSoft(margin + h, teacher).Loss - BradleyTerryLoss.AtSoft(margin - h, teacher).Loss) / (2 * h);
        Assert.Equal(difference, BradleyTerryLoss.AtSoft(margin, teacher).MarginGradient, 9);
    }

    // Far out the loss is the margin itself on one side and e^-m on the other, where ln(1 + e^-m)
    // computed plainly is 0 or infinite.
    [Fact]
    public void Tails_keep_their_digits()
    {
        Assert.Equal(1000, BradleyTerryLoss.At(-1000).Loss);
        Assert.Equal(-1, BradleyTerryLoss.At(-1000).MarginGradient);
        Assert.Equal(0, BradleyTerryLoss.At(1000).Loss);
        Assert.Equal(Math.Exp(-50), BradleyTerryLoss.At(50).Loss, Math.Exp(-50) * 1e-14);
        Assert.Equal(-Math.Exp(-50), BradleyTerryLoss.At(50).MarginGradient, Math.Exp(-50) * 1e-14);
        // ln(1 + t) = t - t²/2 + t³/3 - t⁴/4 + ..., where ln of the rounded 1 + t would keep five to twelve digits only.
        foreach (double margin in (double[])[9, 12, 20, 25])
        {
            double t = Math.Exp(-margin), series = t * (1 - t * (1 / 2.0 - t * (1 / 3.0 - t * (1 / 4.0 - t / 5))));
            Assert.Equal(series, BradleyTerryLoss.At(margin).Loss, series * 1e-14);
        }
    }

    [Fact]
    public void A_certain_soft_label_is_the_hard_loss()
    {
        for (double margin = -4; margin <= 4; margin += 0.5)
        {
            Assert.Equal(BradleyTerryLoss.At(margin).Loss, BradleyTerryLoss.AtSoft(margin, 800).Loss, 15);
            Assert.Equal(BradleyTerryLoss.At(-margin).Loss, BradleyTerryLoss.AtSoft(margin, -800).Loss, 15);
        }
    }

    [Fact]
    public void Swapping_both_responses_and_the_label_changes_nothing()
    {
        BradleyTerryLoss one = BradleyTerryLoss.AtSoft(0.8, -0.3), other = BradleyTerryLoss.AtSoft(-0.8, 0.3);
        Assert.Equal(one.Loss, other.Loss, 15);
        Assert.Equal(one.MarginGradient, -other.MarginGradient, 15);
    }
}
