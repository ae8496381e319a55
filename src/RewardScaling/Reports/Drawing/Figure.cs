using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>
/// A finished figure: one or more panels in a grid with one legend. Immutable; drawn as SVG that follows the
/// reader's light or dark setting.
/// </summary>
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

    internal int Columns { get; }

    internal IReadOnlyList<Panel> Panels { get; }

    internal IReadOnlyList<LegendGroup> Legend { get; }

    /// <summary>
    /// The figure as an SVG document without a declaration, fit for a file of its own and for being set inside an HTML page.
    /// </summary>
    /// <returns>Text that depends on the figure alone: the same figure gives the same bytes.</returns>
    public string ToSvg() => SvgRenderer.Render(this, FigureLayout.Of(this));

    /// <summary>Writes the SVG to a file, whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="IOException">The file could not be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, ToSvg());
    }
}
