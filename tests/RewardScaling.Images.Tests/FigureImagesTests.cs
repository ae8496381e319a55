using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;
using SkiaSharp;

namespace RewardScaling.Images.Tests;

public sealed class FigureImagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    // Gold d (1 - 0.4 d), proxy d: nine points.
    private static readonly Figure s_figure = CurveFigure.Of(new RewardCurve(OptimizationMethod.ReinforcementLearning, "run",
        [.. Enumerable.Range(0, 9).Select(static i => new RewardPoint
        {
            Kl = Estimate.Exact(0.16 * i * i),
            Proxy = new(0.4 * i, 0.02),
            Gold = new(0.4 * i * (1 - 0.16 * i), 0.02),
            Effort = i,
        })]));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Saved(string name, FigureOptions? options = null, double scale = 2)
    {
        string path = Path.Combine(_folder, name);
        s_figure.SaveImage(path, options, scale);
        Assert.Equal([path], Directory.GetFiles(_folder, Path.GetFileNameWithoutExtension(name) + "*"));
        return path;
    }

    [Theory]
    [InlineData(FigureTheme.Reader, 255)]
    [InlineData(FigureTheme.Light, 255)]
    [InlineData(FigureTheme.Dark, 21)]
    public void A_png_has_the_paper_the_width_and_the_curves(FigureTheme theme, int red)
    {
        using var picture = SKBitmap.Decode(Saved($"{theme}.png", new() { Theme = theme, Width = 600 }));
        Assert.Equal(1200, picture.Width);
        Assert.Equal(red, picture.GetPixel(3, 3).Red);
        // The curve's colour, magenta to indigo, is nowhere but in the curve and its legend.
        int coloured = 0;
        for (int y = 0; y < picture.Height; y += 2)
            for (int x = 0; x < picture.Width; x += 2)
                if (picture.GetPixel(x, y) is var c && Math.Abs(c.Red - c.Green) > 40) coloured++;
        Assert.InRange(coloured, 200, 20_000);
    }

    [Fact]
    public void Half_the_scale_is_half_the_pixels()
    {
        using SKBitmap one = SKBitmap.Decode(Saved("one.png", scale: 1)), half = SKBitmap.Decode(Saved("half.png", scale: 0.5));
        Assert.Equal((720, 360), (one.Width, half.Width));
    }

    [Fact]
    public void A_pdf_is_one_and_an_svg_is_the_text()
    {
        byte[] pdf = File.ReadAllBytes(Saved("figure.pdf"));
        Assert.Equal("%PDF-"u8, pdf.AsSpan(0, 5));
        Assert.Equal(s_figure.ToSvg(), File.ReadAllText(Saved("drawing.svg")));
    }

    [Theory]
    [InlineData("figure.jpg", 2.0, ".svg, .png or .pdf")]
    [InlineData("figure", 2.0, ".svg, .png or .pdf")]
    [InlineData("figure.png", 9.0, "scale = 9 must be in (0, 8]")]
    public void What_cannot_be_written_is_said(string name, double scale, string expected)
    {
        string message = Assert.ThrowsAny<ArgumentException>(() => s_figure.SaveImage(Path.Combine(_folder, name), scale: scale)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }
}
