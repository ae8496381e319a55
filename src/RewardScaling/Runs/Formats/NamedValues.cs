namespace RewardScaling.Runs.Formats;

/// <summary>
/// Reads lines that people print by hand: "step=100 kl=0.31 reward=1.2", "Step 100 | kl: 0.31 | reward: 1.2",
/// "[Step 7] loss: 0.5, mean reward: 1.2". A count is there, and all behind the first value is names and values.
/// </summary>
internal static class NamedValues
{
    private const int LongestName = 64;

    private static readonly string[] s_between = ["|", ", ", ";", "\t", " - ", " "];
    private static readonly string[] s_counts = ["step", "steps", "global_step", "iteration", "iter", "epoch", "episode", "rollout", "round", "update"];

    /// <summary>Reads a line; false where it is something else.</summary>
    /// <param name="line">The line.</param>
    /// <param name="cells">Takes names and numbers, each name once, a count among them.</param>
    public static bool TryRead(string line, List<(string Name, double Value)> cells)
    {
        if (!Array.Exists(s_counts, count => line.Contains(count, StringComparison.OrdinalIgnoreCase))) return false;
        foreach (string between in s_between)
        {
            cells.Clear();
            if (line.Contains(between, StringComparison.Ordinal) && TryParts(line, between, cells)
                && cells.Count > 1 && cells.Exists(static cell => IsCount(cell.Name))
                && cells.Select(static cell => cell.Name).Distinct().Count() == cells.Count) return true;
        }
        cells.Clear();
        return false;
    }

    private static bool TryParts(string line, string between, List<(string Name, double Value)> cells)
    {
        bool words = between == " ";
        if (words) line = line.Replace(": ", ":", StringComparison.Ordinal).Replace(" = ", "=", StringComparison.Ordinal);
        string before = "";
        foreach (string part in line.Split(between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int at = part.LastIndexOfAny(['=', ':']);
            ReadOnlySpan<char> value = part.AsSpan(at + 1).Trim();
            if (at <= 0 || value.IsEmpty || !TryNumber(value, out double number))
            {
                if (cells.Count == 0 && (words || before.Length == 0)) before += " " + part;
                // "3.2s/it" has no name and is passed over, and so is "5.1/23.7 GiB (21%)".
                else if (at <= 0 ? !char.IsAsciiDigit(part[0]) || part.Contains(' ', StringComparison.Ordinal)
                    : value.IsEmpty || (value.Contains(' ') && !char.IsAsciiDigit(value[0]))) return false;
                continue;
            }
            string name = part[..at].Trim();
            if (cells.Count == 0) name = First(before + " " + name, cells);
            if (!IsName(name)) return false;
            cells.Add((name, number));
        }
        return true;
    }

    // What stands before the first value may be a time, a level and a count: "12:00:01 INFO Step 100: kl".
    private static string First(string text, List<(string Name, double Value)> cells)
    {
        for (int space = text.IndexOf(' '); space >= 0; space = text.IndexOf(' ', space + 1))
            if (StepPrefix.TryRead(text.AsSpan(0, space), out string count, out double step))
            {
                cells.Add((count, step));
                return text[space..].Trim();
            }
        string last = text[(text.LastIndexOf(' ') + 1)..];
        return IsCount(last) ? last : text[(text.LastIndexOfAny([']', ')', '>', '|']) + 1)..].Trim();
    }

    // "7/100" is the seventh of a hundred.
    private static bool TryNumber(ReadOnlySpan<char> value, out double number)
    {
        int slash = value.IndexOf('/');
        bool isOfTotal = slash > 0 && value[(slash + 1)..].IndexOfAnyExceptInRange('0', '9') < 0;
        return RunText.TryMeasure(isOfTotal ? value[..slash] : value, out number);
    }

    private static bool IsCount(string name) => s_counts.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && char.IsLetter(name[0])
        && name.All(static c => char.IsLetterOrDigit(c) || c is '_' or '/' or '.' or '-' or '@' or ' ' or '(' or ')' or '+');
}
