using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>How a file of separated values is written, as its first lines show.</summary>
/// <param name="Separator">What stands between fields.</param>
/// <param name="DecimalComma">Whether 0,25 is a quarter: numbers have commas and none has a point.</param>
/// <param name="IsTable">Whether the first two records have the same number of fields, more than one.</param>
internal sealed record CsvDialect(byte Separator, bool DecimalComma, bool IsTable)
{
    private const int Looked = 200;

    /// <summary>Looks at the first lines.</summary>
    public static CsvDialect Of(ReadOnlySpan<byte> head)
    {
        List<string> lines = [.. Encoding.UTF8.GetString(head).TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n')
            .Where(static line => !string.IsNullOrWhiteSpace(line)).SkipWhile(static line => line.StartsWith('#')).Take(Looked)];
        // A head that is cut ends within a line.
        if (lines.Count > 2) lines.RemoveAt(lines.Count - 1);
        if (lines.Count == 0) return new((byte)',', false, false);
        if (lines[0].Trim() is ['s' or 'S', 'e' or 'E', 'p' or 'P', '=', var told])
            return new((byte)told, told != ',' && HasDecimalCommas(lines, told), true);
        foreach (char separator in (ReadOnlySpan<char>)[',', ';', '\t', '|'])
        {
            int count = Count(lines[0], separator);
            // Of "kl;reward" with 0,25;0,5 below, the comma separates nothing in the header.
            if (count > 1 && (lines.Count < 2 || Count(lines[1], separator) == count))
                return new((byte)separator, separator != ',' && HasDecimalCommas(lines, separator), lines.Count > 1);
        }
        foreach (char separator in (ReadOnlySpan<char>)[',', ';', '\t', '|'])
            if (Count(lines[0], separator) > 1) return new((byte)separator, false, false);
        string[] names = Words(lines[0]);
        bool spaced = names.Length > 1 && lines.Count > 1 && lines.Skip(1).All(line =>
            Words(line) is var words && words.Length == names.Length
                && Array.TrueForAll(words, static word => RunText.TryNumber(word, out _)));
        return new(spaced ? CsvRecord.Spaces : (byte)',', false, spaced);
    }

    private static bool HasDecimalCommas(List<string> lines, char separator)
    {
        bool commas = false;
        foreach (string field in lines.Skip(1).SelectMany(line => line.Split(separator)))
        {
            if (field.Contains('.', StringComparison.Ordinal) && RunText.TryNumber(field.Trim('"'), out _)) return false;
            commas |= IsDecimalComma(field.Trim().Trim('"'));
        }
        return commas;
    }

    /// <summary>Whether a field is a number with one comma where English has a point.</summary>
    public static bool IsDecimalComma(ReadOnlySpan<char> field)
    {
        int comma = field.IndexOf(',');
        if (comma < 0) return false;
        ReadOnlySpan<char> whole = field[..comma].TrimStart("+-"), rest = field[(comma + 1)..];
        int digits = rest.IndexOfAnyExceptInRange('0', '9');
        return whole.IndexOfAnyExceptInRange('0', '9') < 0 && digits != 0 && rest.Length > 0
            && (digits < 0 || (rest[digits] is 'e' or 'E' && int.TryParse(rest[(digits + 1)..], out _)));
    }

    private static int Count(string line, char separator)
    {
        int count = 1;
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"') quoted = !quoted;
            else if (c == separator && !quoted) count++;
        }
        return count;
    }

    private static string[] Words(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
