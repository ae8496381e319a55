using RewardScaling.Reports.Drawing;
using SkiaSharp;
using Svg.Skia;

namespace RewardScaling.Images;

/// <summary>Figures as pictures of pixels and as PDF.</summary>
/// <example>
/// <code>
/// figure.SaveImage("curve.png", new FigureOptions { Width = 720 });   // 1440 pixels wide, for screens of twice the density
/// figure.SaveImage("curve.pdf");                                      // lines and type stay lines and type
/// </code>
/// </example>
public static class FigureImages
{
    /// <summary>Writes a figure as its file's ending says: .svg, .png or .pdf.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="path">The file; an existing one is replaced, whole or not at all.</param>
    /// <param name="options">Width, paper and colours; null for the defaults. A reader's paper is light here.</param>
    /// <param name="scale">Pixels of a PNG for each pixel of the width, in (0, 8].</param>
    /// <exception cref="ArgumentException">Another ending, or options that cannot be followed.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void SaveImage(this Figure figure, string path, FigureOptions? options = null, double scale = 2)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!(scale is > 0 and <= 8))
        {
            string fault = FormattableString.Invariant($"scale = {scale} must be in (0, 8].");
            throw new ArgumentOutOfRangeException(nameof(scale), scale, fault);
        }
        string ending = Path.GetExtension(path).ToLowerInvariant();
        switch (ending)
        {
            case ".svg":
                figure.Save(path, options);
                break;
            case ".png":
                Replace(path, stream => Draw(figure, options).Save(
                    stream, SKColors.Transparent, SKEncodedImageFormat.Png, 100, (float)scale, (float)scale));
                break;
            case ".pdf":
                Replace(path, stream => Draw(figure, options).Picture!.ToPdf(stream, SKColors.Transparent, 1, 1));
                break;
            default:
                throw new ArgumentException($"{path} ends in '{ending}'; a figure is written as .svg, .png or .pdf.", nameof(path));
        }
    }

    // Skia knows no reader: one paper or the other.
    private static SKSvg Draw(Figure figure, FigureOptions? options)
    {
        options ??= new();
        if (options.Theme == FigureTheme.Reader) options = options with { Theme = FigureTheme.Light };
        var svg = new SKSvg();
        svg.FromSvg(figure.ToSvg(options));
        return svg;
    }

    private static void Replace(string path, Func<Stream, bool> write)
    {
        string temporary = path + ".tmp";
        try
        {
            bool written;
            using (var stream = new FileStream(temporary, FileMode.Create))
            {
                written = write(stream);
                stream.Flush(flushToDisk: true);
            }
            if (!written) throw new IOException($"{path} could not be drawn.");
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
