using System.Globalization;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Tests.Reports;

public sealed class PaletteTests
{
    /// <summary>Relative luminance and contrast of the Web Content Accessibility Guidelines 2.2.</summary>
    private static double Luminance(string hex)
    {
        double[] c = [.. new[] { 1, 3, 5 }.Select(i =>
            int.Parse(hex.AsSpan(i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(v => v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4))];
        return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    }

    private static double Contrast(string a, string b)
    {
        double high = Math.Max(Luminance(a), Luminance(b)), low = Math.Min(Luminance(a), Luminance(b));
        return (high + 0.05) / (low + 0.05);
    }

    [Fact]
    public void Black_on_white_has_contrast_21() => Assert.Equal(21, Contrast("#000000", "#ffffff"), 10);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Every_colour_of_a_ramp_stands_out_from_its_paper(int count)
    {
        foreach (Ink ink in Palette.Ramp(count))
        {
            Assert.InRange(Contrast(ink.Light, Palette.Paper.Light), 3, 21);
            Assert.InRange(Contrast(ink.Dark, Palette.Paper.Dark), 3, 21);
        }
    }

    [Fact]
    public void Text_has_the_contrast_that_small_type_needs()
    {
        foreach (Ink ink in new[] { Palette.Text, Palette.Muted })
        {
            Assert.InRange(Contrast(ink.Light, Palette.Paper.Light), 4.5, 21);
            Assert.InRange(Contrast(ink.Dark, Palette.Paper.Dark), 4.5, 21);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void Lightness_runs_one_way_so_that_the_order_survives_in_grey(int count)
    {
        IReadOnlyList<Ink> ramp = Palette.Ramp(count);
        for (int i = 1; i < count; i++)
        {
            Assert.True(Luminance(ramp[i].Light) < Luminance(ramp[i - 1].Light));
            Assert.True(Luminance(ramp[i].Dark) > Luminance(ramp[i - 1].Dark));
        }
    }

    [Theory]
    [InlineData("#000000")]
    [InlineData("#ffffff")]
    [InlineData("#c2306e")]
    [InlineData("#1d2a6d")]
    public void A_colour_survives_the_way_through_oklab(string hex) => Assert.Equal(hex, OkLab.FromHex(hex).ToHex());
}
