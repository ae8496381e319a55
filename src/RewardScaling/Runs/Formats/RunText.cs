using System.Buffers;
using System.Globalization;
using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>Numbers as Python and spreadsheets write them, and faults that say where.</summary>
internal static class RunText
{
    /// <summary>UTF-8 that does not hide what is none.</summary>
    public static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> s_unit = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/._");

    /// <summary>Reads a number in invariant form; nan, inf and -inf in any case, True and False as 1 and 0.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out double value)
    {
        text = text.Trim();
        if (Bare(text, "inf") || Bare(text, "+inf") || Bare(text, "infinity")) value = double.PositiveInfinity;
        else if (Bare(text, "-inf") || Bare(text, "-infinity")) value = double.NegativeInfinity;
        else if (Bare(text, "nan")) value = double.NaN;
        else if (Bare(text, "true")) value = 1;
        else if (Bare(text, "false")) value = 0;
        // .NET passes over zeros at the end, "2\0".
        else return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && text[^1] != '\0';
        return true;
    }

    /// <summary>Reads a number, perhaps with a unit behind a space: "345.6 tokens/sample". A letter that is joined to it may change it,
    /// as in "1.2k".</summary>
    public static bool TryMeasure(ReadOnlySpan<char> text, out double value)
    {
        text = text.Trim();
        int space = text.IndexOf(' ');
        if (space < 0 || !char.IsAsciiLetter(text[space + 1])) return TryNumber(text, out value);
        value = 0;
        return text[(space + 1)..].IndexOfAnyExcept(s_unit) < 0 && TryNumber(text[..space], out value);
    }

    /// <summary>A fault at a line: "run.jsonl, line 17: ..".</summary>
    public static InvalidDataException Fault(string name, int line, string what, Exception? inner = null) =>
        new(FormattableString.Invariant($"{name}, line {line}: {what}."), inner);

    /// <summary>A size as people say it: "3.1 GB".</summary>
    public static string Size(long bytes) => bytes >= 1_000_000_000 ? FormattableString.Invariant($"{bytes / 1e9:0.##} GB")
        : bytes >= 1_000_000 ? FormattableString.Invariant($"{bytes / 1e6:0.#} MB") : FormattableString.Invariant($"{bytes:N0} bytes");

    private static bool Bare(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
