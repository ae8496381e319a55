using System.Text.RegularExpressions;

namespace RewardScaling.Runs;

/// <summary>
/// Finds the lines of metrics in what a training run printed. Other lines are what they are, output, and are counted; a line of
/// metrics that cannot be read is a fault.
/// </summary>
internal static partial class MetricLines
{
    /// <summary>Whether some line is one of metrics.</summary>
    public static bool AreIn(string text) => Step().IsMatch(text) || Dictionary().IsMatch(text);

    public static IReadOnlyList<RunRow> Read(string text, string name, out int others)
    {
        var rows = new List<RunRow>();
        int number = 0;
        others = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (Step().Match(line) is { Success: true } step) rows.Add(OfPairs(step, name, number));
            else if (Dictionary().Match(line) is { Success: true } dictionary) rows.Add(OfDictionary(dictionary, name, number));
            else if (!string.IsNullOrWhiteSpace(line)) others++;
        }
        return rows;
    }

    // "step:7 - actor/kl_loss:0.001 - critic/score/mean:0.5": the last colon of a part separates, names may hold others.
    private static RunRow OfPairs(Match match, string name, int number)
    {
        var cells = new Dictionary<string, RunCell>(StringComparer.Ordinal) { ["step"] = RunCell.Of(match.Groups["step"].Value) };
        foreach (string part in match.Groups["rest"].Value.Split(" - "))
        {
            int colon = part.LastIndexOf(':');
            if (colon <= 0) throw RunText.Fault(name, number, $"'{part.Trim()}' is not name:value");
            string key = part[..colon].Trim(), value = PythonDictionary.Unwrap(part[(colon + 1)..].Trim());
            if (!RunText.TryNumber(value, out double parsed)) throw RunText.Fault(name, number, $"column '{key}': '{value}' is not a number");
            if (!cells.TryAdd(key, RunCell.Of(parsed))) throw RunText.Fault(name, number, $"'{key}' is there twice");
        }
        return new(number, cells);
    }

    private static RunRow OfDictionary(Match match, string name, int number)
    {
        Dictionary<string, RunCell> cells;
        try
        {
            cells = PythonDictionary.Parse(match.Groups["dictionary"].Value);
        }
        catch (FormatException fault)
        {
            throw RunText.Fault(name, number, fault.Message, fault);
        }
        if (match.Groups["step"].Success) cells.TryAdd("step", RunCell.Of(match.Groups["step"].Value));
        return new(number, cells);
    }

    [GeneratedRegex(@"(?:^|\s)step:(?<step>\d+) - (?<rest>[^\r\n]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Step();

    [GeneratedRegex(@"(?:Global step (?<step>\d+): |^\s*)(?<dictionary>\{['""][^\r\n]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Dictionary();
}
