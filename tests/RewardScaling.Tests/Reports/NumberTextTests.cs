using System.Globalization;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Reports;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(1.004, "1")]
    [InlineData(-0.001, "0")]
    [InlineData(-12.345, "-12.35")]
    [InlineData(720, "720")]
    public void Coordinates_are_short(double value, string expected) => Assert.Equal(expected, NumberText.Coordinate(value));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.5, "0.5")]
    [InlineData(1000, "1,000")]
    [InlineData(-1.2345, "−1.23")]
    [InlineData(1234567, "1.23e6")]
    [InlineData(0.00001234, "1.23e−5")]
    public void Short_numbers_have_about_three_digits(double value, string expected) =>
        Assert.Equal(expected, NumberText.Short(value));

    [Theory]
    [InlineData(0.8504, 0.0123, "0.850 ± 0.012")]
    [InlineData(-12.4, 3.2, "−12.4 ± 3.2")]
    [InlineData(1234.6, 40, "1,235 ± 40")]
    [InlineData(-0.0001, 0.02, "0.000 ± 0.020")]
    public void A_measured_number_shows_two_digits_of_its_error(double value, double error, string expected) =>
        Assert.Equal(expected, NumberText.WithError(new(value, error)));

    [Fact]
    public void A_number_without_an_error_shows_none() => Assert.Equal("0.3679", NumberText.WithError(Estimate.WithoutError(0.36788)));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_not_a_number_is_never_written(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NumberText.Coordinate(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => NumberText.Short(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => NumberText.Fixed(value, 2));
    }

    [Fact]
    public void The_culture_of_the_machine_does_not_matter()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        commas.NumberFormat.NegativeSign = "~";
        string expected = OveroptimizationText();
        try
        {
            CultureInfo.CurrentCulture = commas;
            Assert.Equal(expected, OveroptimizationText());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        static string OveroptimizationText() =>
            string.Concat(RewardScaling.Reports.OveroptimizationFigures.All(SampleStudy.Curves()).Select(f => f.ToSvg()));
    }
}
