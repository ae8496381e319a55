using FsCheck.Fluent;
using RewardScaling.Benchmarks;
using RewardScaling.Models;

namespace RewardScaling.Tests.Benchmarks;

/// <summary>Exponents and the operations they are expected from.</summary>
public sealed class CostTests
{
    // Two layers of width 4 with 10 logits and a value: 2 x 12 x 16 + 4 x 11 elements of matrices.
    private static readonly TransformerShape Shape = new() { Vocabulary = 10, Context = 8, Width = 4, Layers = 2, Heads = 1 };

    [Fact]
    public void A_power_law_has_its_exponent() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(-30, 30).Select(static i => i / 10.0).ToArbitrary(), static exponent =>
            Math.Abs(CostSeries.Slope([.. new[] { 1.0, 2, 3, 7, 20 }.Select(x => (x, 5 * Math.Pow(x, exponent)))]) - exponent) < 1e-12));

    [Fact]
    public void The_slope_is_that_of_least_squares() =>
        // ln x = 0, 1, 2 and ln y = 0, 0, 3: the slope is (3 - 0) / 2.
        Assert.Equal(1.5, CostSeries.Slope([(1, 1), (Math.E, 1), (Math.Exp(2), Math.Exp(3))]), 1e-12);

    [Fact]
    public void A_series_compares_what_was_found_with_what_was_counted()
    {
        var series = new CostSeries("train", [new(1, 8, 1), new(2, 8, 4), new(4, 32, 16)]);
        Assert.Equal(1, series.Found, 1e-12);
        Assert.Equal(2, series.FoundAtLast, 1e-12);
        Assert.Equal(2, series.Expected, 1e-12);
    }

    [Fact]
    public void A_token_of_training_passes_every_matrix_three_times_and_reads_the_keys_before_it() =>
        // (2 x (384 + 44) + 2 layers x 4 x 4 x 4.5 keys) x 3.
        Assert.Equal(3 * (856 + 144), CostCount.Training(Shape, 8));

    [Fact]
    public void A_drawn_token_carries_its_share_of_the_prompt() =>
        // 2 of prompt and 6 drawn: 7 rows of 768 + 2 x 16 x 4 keys, divided by 6, and 88 of the heads.
        Assert.Equal(7 / 6.0 * (768 + 128) + 88, CostCount.Drawing(Shape, 2, 6), 1e-9);

    [Fact]
    public void Wide_networks_cost_the_square_of_their_width()
    {
        double At(int width) => CostCount.Training(Shape with { Width = width }, 8);
        Assert.InRange(Math.Log2(At(1 << 14) / At(1 << 13)), 1.99, 2);
        Assert.InRange(Math.Log2(At(16) / At(8)), 1.7, 1.95);
    }
}
