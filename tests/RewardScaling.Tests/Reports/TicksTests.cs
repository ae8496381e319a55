using RewardScaling.Reports.Drawing;

namespace RewardScaling.Tests.Reports;

public sealed class TicksTests
{
    private static string Labels(AxisScale scale, double low, double high, double length = 300) => string.Join(' ',
        Ticks.Of(new Axis("", scale, low, high), length, text => TextMetrics.Width(text, 13), 16).Select(t => t.Label));

    // Worked by hand: place sqrt(KL / high) x 300 px; a tick of k digits is 7.8 k px wide and labels keep 16 px apart.
    [Theory]
    [InlineData(40, "0 1 4 10 20 40")]
    [InlineData(6, "0 0.1 0.5 1 2 4 6")]
    [InlineData(0.25, "0 0.02 0.05 0.1 0.2")]
    public void A_square_root_axis_names_round_divergences(double high, string expected) =>
        Assert.Equal(expected, Labels(AxisScale.SquareRoot, 0, high));

    [Theory]
    [InlineData(0, 10, 120, "0 2 4 6 8 10")]
    [InlineData(-0.7, 0.62, 90, "−0.5 0 0.5")]
    [InlineData(0, 25000, 90, "0 10,000 20,000")]
    [InlineData(0, 5e-9, 180, "0 1e−9 2e−9 3e−9 4e−9 5e−9")]
    public void A_linear_axis_names_multiples_of_1_2_or_5(double low, double high, double length, string expected) =>
        Assert.Equal(expected,
            string.Join(' ', Ticks.Of(new Axis("", AxisScale.Linear, low, high), length, _ => 13, 10).Select(t => t.Label)));

    [Theory]
    [InlineData(1, 1000, "1 2 5 10 20 50 100 200 500 1,000", 600)]
    [InlineData(400, 9000, "500 1,000 2,000 5,000", 300)]
    [InlineData(1e-3, 1e3, "0.001 0.01 0.1 1 10 100 1,000", 300)]
    public void A_logarithmic_axis_names_decades_first(double low, double high, string expected, double length) =>
        Assert.Equal(expected, Labels(AxisScale.Logarithmic, low, high, length));

    // Three comparison counts in a narrow panel: equal steps would name one of them.
    [Fact]
    public void A_long_logarithmic_axis_in_a_narrow_panel_names_more_than_one_value() =>
        Assert.Equal("1,000 10,000", Labels(AxisScale.Logarithmic, 255, 18_800, 150));

    [Fact]
    public void A_short_stretch_of_a_curved_axis_has_equal_steps() =>
        Assert.Equal("30 30.5 31", Labels(AxisScale.SquareRoot, 30, 31, 100).Replace(".0", ""));

    [Fact]
    public void Places_follow_the_scale()
    {
        Assert.Equal(0.5, new Axis("", AxisScale.SquareRoot, 0, 40).Position(10), 12);
        Assert.Equal(0.25, new Axis("", AxisScale.Linear, -1, 3).Position(0), 12);
        Assert.Equal(2.0 / 3, new Axis("", AxisScale.Logarithmic, 1, 1000).Position(100), 12);
        Assert.Equal(2, new Axis("", AxisScale.Linear, 0, 1).Position(1e300));
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    public void An_axis_without_a_finite_length_is_a_fault(double low, double high) =>
        Assert.ThrowsAny<ArgumentException>(() => new Axis("", AxisScale.Linear, low, high));

    [Fact]
    public void Values_that_a_scale_cannot_hold_are_faults()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Axis("", AxisScale.SquareRoot, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Axis("", AxisScale.Logarithmic, 0, 1));
        Assert.Throws<ArgumentException>(() => Axis.Around("", AxisScale.Linear, []));
        Assert.Throws<ArgumentException>(() => Axis.Around("", AxisScale.Linear, [0, double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Axis("", AxisScale.Linear, 0, 1).Position(double.NaN));
    }

    [Theory]
    [InlineData(0, -1, 1)]
    [InlineData(5, 4.5, 5.5)]
    [InlineData(-200, -220, -180)]
    public void Equal_values_get_a_window_around_them(double value, double low, double high)
    {
        Axis axis = Axis.Around("", AxisScale.Linear, [value, value]);
        Assert.Equal((low, high), (axis.Low, axis.High));
    }
}
