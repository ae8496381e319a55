using System.Globalization;
using System.Text;

namespace RewardScaling.Runs;

/// <summary>Numbers as Python and spreadsheets write them, and faults that say where.</summary>
internal static class RunText
{
    /// <summary>Reads a number in invariant form; nan, inf and -inf in any case, True and False as 1 and 0.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out double value)
    {
        text = text.Trim();
        if (Bare(text, "inf") || Bare(text, "+inf") || Bare(text, "infinity")) value = double.PositiveInfinity;
        else if (Bare(text, "-inf") || Bare(text, "-infinity")) value = double.NegativeInfinity;
        else if (Bare(text, "nan")) value = double.NaN;
        else if (Bare(text, "true")) value = 1;
        else if (Bare(text, "false")) value = 0;
        else return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        return true;
    }

    /// <summary>A fault at a line: "run.jsonl, line 17: ..".</summary>
    public static InvalidDataException Fault(string name, int line, string what, Exception? inner = null) =>
        new(FormattableString.Invariant($"{name}, line {line}: {what}."), inner);

    /// <summary>
    /// Puts NaN, Infinity and -Infinity, which Python writes bare and JSON has not, between quotes; texts stay as they are.
    /// </summary>
    public static string QuoteNonFinite(string json)
    {
        if (!json.Contains("NaN", StringComparison.Ordinal) && !json.Contains("Infinity", StringComparison.Ordinal)) return json;
        var text = new StringBuilder(json.Length + 16);
        bool quoted = false;
        for (int i = 0; i < json.Length; i++)
        {
            if (!quoted && Word(json, i) is { } word)
            {
                text.Append('"').Append(word).Append('"');
                i += word.Length - 1;
                continue;
            }
            if (quoted && json[i] == '\\' && i + 1 < json.Length) text.Append(json[i++]);
            else if (json[i] == '"') quoted = !quoted;
            text.Append(json[i]);
        }
        return text.ToString();
    }

    private static string? Word(string json, int at)
    {
        foreach (string word in (ReadOnlySpan<string>)["NaN", "Infinity", "-Infinity"])
            if (string.CompareOrdinal(json, at, word, 0, word.Length) == 0) return word;
        return null;
    }

    private static bool Bare(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
