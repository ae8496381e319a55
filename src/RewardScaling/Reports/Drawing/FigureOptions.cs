using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>How a figure is drawn; the same for every kind of file.</summary>
public sealed record FigureOptions
{
    /// <summary>
    /// The width in pixels, in [400, 2000]; the height follows. Type keeps its size, so a narrow figure has larger type beside
    /// its panels: take the width of the column it will stand in.
    /// </summary>
    /// <value>Default 720, a page's column.</value>
    public int Width { get; init; } = 720;

    /// <summary>The paper.</summary>
    /// <value>Default <see cref="FigureTheme.Reader"/>.</value>
    public FigureTheme Theme { get; init; } = FigureTheme.Reader;

    /// <summary>The colours of curves.</summary>
    /// <value>Default <see cref="FigurePalette.Ordered"/>.</value>
    public FigurePalette Palette { get; init; } = FigurePalette.Ordered;

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(FigureOptions));
        faults.Require(Width is >= 400 and <= 2000, nameof(Width), Width, "in [400, 2000]");
        faults.Require(Enum.IsDefined(Theme), nameof(Theme), Theme, "Reader, Light or Dark");
        faults.Require(Enum.IsDefined(Palette), nameof(Palette), Palette, "Ordered or Grey");
        faults.ThrowIfAny();
    }
}
