using System.Text;
using System.Text.RegularExpressions;

namespace RewardScaling.Runs;

/// <summary>Reads a printed Python dictionary of numbers and texts, such as a trainer's line of metrics.</summary>
internal static partial class PythonDictionary
{
    /// <summary>The entries; those with None are missing, lists and inner dictionaries are not read.</summary>
    /// <exception cref="FormatException">It is no such dictionary; the message says what stands where.</exception>
    public static Dictionary<string, RunCell> Parse(string text)
    {
        var cells = new Dictionary<string, RunCell>(StringComparer.Ordinal);
        int at = 1;
        SkipSpace(text, ref at);
        while (Peek(text, at) != '}')
        {
            string key = Quoted(text, ref at);
            Expect(text, ref at, ':');
            RunCell? cell = Value(text, ref at, key);
            if (cell is not null && !cells.TryAdd(key, cell.Value)) throw new FormatException($"'{key}' is there twice");
            SkipSpace(text, ref at);
            if (Peek(text, at) == ',') at++;
            else if (Peek(text, at) != '}') throw Unexpected(text, at, "a comma or }");
            SkipSpace(text, ref at);
        }
        at++;
        SkipSpace(text, ref at);
        return at == text.Length ? cells : throw Unexpected(text, at, "the end of the line");
    }

    /// <summary>The number inside np.float64(0.5) or tensor(0.5); other texts as they are.</summary>
    public static string Unwrap(string value) => Wrapper().Match(value) is { Success: true } match ? match.Groups[1].Value
        : value;

    private static RunCell? Value(string text, ref int at, string key)
    {
        SkipSpace(text, ref at);
        char first = Peek(text, at);
        if (first is '\'' or '"') return RunCell.Of(Quoted(text, ref at));
        int start = at, depth = 0;
        for (; at < text.Length && (depth > 0 || text[at] is not (',' or '}')); at++)
        {
            if (text[at] is '\'' or '"')
            {
                Quoted(text, ref at);
                at--;
            }
            else if (text[at] is '[' or '{' or '(') depth++;
            else if (text[at] is ']' or '}' or ')') depth--;
        }
        string value = Unwrap(text[start..at].Trim());
        if (value == "None") return null;
        if (first is '[' or '{' or '(') return RunCell.Unused("a list or dictionary");
        return RunText.TryNumber(value, out double number) ? RunCell.Of(number)
            : throw new FormatException($"column '{key}': '{value}' is not a number");
    }

    private static string Quoted(string text, ref int at)
    {
        char quote = Peek(text, at);
        if (quote is not ('\'' or '"')) throw Unexpected(text, at, "a quoted name");
        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == quote)
            {
                at++;
                return value.ToString();
            }
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }
        throw new FormatException("a quote is not closed");
    }

    private static void Expect(string text, ref int at, char wanted)
    {
        SkipSpace(text, ref at);
        if (Peek(text, at) != wanted) throw Unexpected(text, at, $"'{wanted}'");
        at++;
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private static char Peek(string text, int at) => at < text.Length ? text[at] : '\0';

    private static FormatException Unexpected(string text, int at, string wanted) => new(at < text.Length
        ? $"'{text[at..Math.Min(text.Length, at + 12)]}' stands where {wanted} should" : $"the line ends where {wanted} should stand");

    [GeneratedRegex(@"^(?:np\.|numpy\.|torch\.)?[a-z]+\d*\((.*?)(?:,\s*(?:dtype|device)=[^)]*)?\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Wrapper();
}
