using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>
/// A finished figure: one or more panels in a grid with one legend. Immutable; drawn as SVG that follows the
/// reader's light or dark setting.
/// </summary>
/// <example>
/// <code>
/// Figure figure = CurveFigure.Of(curve, fit);
/// figure.Save("curve.svg");
/// figure.Save("slide.svg", new FigureOptions { Width = 1000, Theme = FigureTheme.Dark });
/// </code>
/// </example>
[TypeFormatterSource]
public sealed class Figure
{
    internal Figure(string name, string title, string description, int columns, IReadOnlyList<Panel> panels,
        IReadOnlyList<LegendGroup> legend)
    {
        if (name.Length == 0 || !char.IsAsciiLetter(name[0])
            || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw new ArgumentException($"name = \"{name}\" must be lower-case letters, digits and hyphens, a letter first.", nameof(name));
        Guard.InRange(columns, 1, 3);
        if (panels.Count == 0) throw new ArgumentException("panels is empty; a figure needs at least one panel.", nameof(panels));
        (Name, Title, Description, Columns, Panels, Legend) = (name, title, description, columns, [.. panels], [.. legend]);
    }

    /// <summary>A name for files and links: lower-case letters, digits and hyphens.</summary>
    public string Name { get; }

    /// <summary>What the figure shows, in a few words; printed above it.</summary>
    public string Title { get; }

    /// <summary>What there is to see, in a sentence or two: the text for readers who cannot see it.</summary>
    public string Description { get; }

    /// <summary>The same figure by another name, for pages that hold several.</summary>
    internal Figure Named(string name) => new(name, Title, Description, Columns, Panels, Legend);

    internal int Columns { get; }

    internal IReadOnlyList<Panel> Panels { get; }

    internal IReadOnlyList<LegendGroup> Legend { get; }

    /// <summary>
    /// The figure as an SVG document without a declaration, fit for a file of its own and for being set inside an HTML page.
    /// </summary>
    /// <param name="options">Width, paper and colours; null for the defaults.</param>
    /// <returns>Text that depends on the figure and the options alone: the same figure gives the same bytes.</returns>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public string ToSvg(FigureOptions? options = null)
    {
        options ??= new();
        options.Validate();
        return SvgRenderer.Render(this, FigureLayout.Of(this, options.Width), options);
    }

    /// <summary>Writes the SVG to a file, whole or not at all.</summary>
    /// <param name="path">The file, ending in .svg; an existing one is replaced. PNG and PDF take the package
    /// RewardScaling.Images: <c>figure.SaveImage(path)</c>.</param>
    /// <param name="options">Width, paper and colours; null for the defaults.</param>
    /// <exception cref="ArgumentException">The file does not end in .svg, or options that cannot be followed.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public void Save(string path, FigureOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string ending = Path.GetExtension(path);
        if (!ending.Equals(".svg", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"{path} ends in '{ending}'; Figure.Save writes .svg. "
                + "For .png and .pdf add the package RewardScaling.Images and call figure.SaveImage(path).", nameof(path));
        }
        AtomicFile.WriteText(path, ToSvg(options));
    }

    /// <summary>What the figure shows, and how to see it.</summary>
    public override string ToString() => $"{Title} (a figure of {Panels.Count} panels; Save writes it)";
}
