namespace RewardScaling.Reports.Drawing;

/// <summary>
/// How wide text will be in the sans-serif faces the figures ask for: Helvetica's advance widths with a
/// margin for wider substitutes.
/// </summary>
internal static class TextMetrics
{
    private const double Margin = 1.08;

    // Thousandths of the font size for the characters U+0020 to U+007E, from Helvetica's font metrics.
    private static readonly short[] s_ascii =
    [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
        556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
        667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
        556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    ];

    /// <summary>The width in pixels, on the generous side.</summary>
    public static double Width(string text, double size, bool bold = false)
    {
        double sum = 0;
        foreach (char c in text)
            sum += c is >= ' ' and <= '~' ? s_ascii[c - ' '] : c < 0x500 || c is >= '\u2000' and < '\u2300' ? 620 : 1000;
        return sum / 1000 * size * Margin * (bold ? 1.07 : 1);
    }

    /// <summary>Breaks text between words into lines no wider than asked; a word that is wider by itself is cut.</summary>
    public static IReadOnlyList<string> Wrap(string text, double size, bool bold, double width)
    {
        List<string> lines = [];
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string longer = line.Length == 0 ? word : line + " " + word;
            if (Width(longer, size, bold) <= width)
            {
                line = longer;
                continue;
            }
            if (line.Length > 0) lines.Add(line);
            line = Cut(word, size, bold, width);
        }
        if (line.Length > 0) lines.Add(line);
        return lines;
    }

    /// <summary>The text, or as much of its beginning as fits with an ellipsis.</summary>
    public static string Cut(string text, double size, bool bold, double width)
    {
        if (Width(text, size, bold) <= width) return text;
        int length = text.Length;
        while (length > 0 && Width(text[..length] + "…", size, bold) > width) length--;
        if (length > 0 && char.IsHighSurrogate(text[length - 1])) length--;
        return text[..length] + "…";
    }
}
