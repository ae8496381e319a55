using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RewardScaling.HuggingFace;

/// <summary>
/// A text or a regular expression to look for, over code points. The expressions of tokenizers are written for Oniguruma; here
/// they run on .NET's engine, which sees halves of code points above U+FFFF: each such code point is matched as another of the
/// same category.
/// </summary>
internal sealed class SplitPattern
{
    // The only group that tokenizers match in any case. U+017F, the long s, is an s in lower case to Oniguruma and not to .NET.
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string SameContractions = "(?:'[sS\u017FtTmMdD]|'[rR][eE]|'[vV][eE]|'[lL][lL])";

    // By UnicodeCategory: a code point of the category that no tokenizer's pattern names.
    private const string StandIns =
        "\u13A0\uAB70\u1F88\uA015\uA000\uA66F\uA823\uA670\uA620\uA6E6\uA830\u205F\u2028\u2029\u0090\u2060\uD800\uE000" +
        "\u203F\u2E17\u2E22\u2E23\u2E02\u2E03\uA60D\u2A00\uA838\uA700\uA490\u0378";

    // What both engines mean alike: texts, classes of them and of categories, white space, groups, looking ahead, quantifiers.
    private static readonly Regex Understood = new("""
        \A (?: \\[rntfv] | \\[sS] | \\[pP]\{(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfon]?)\}
             | \\[^\p{L}\p{N}\s] | \(\?: | \(\?! | \(\?= | \((?!\?) | \) | \| | [*+?]\?? | \{\d+(?:,\d*)?\}
             | \[ \^? (?: \\[rntfv] | \\[sS] | \\[pP]\{(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfon]?)\}
                        | \\[^\p{L}\p{N}\s] | [^\\\[\]&] )+ \]
             | [^\\()|*+?{}\[\]^$.] )* \z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant);

    private readonly string? _text;
    private readonly Regex? _expression;

    private SplitPattern(string? text, Regex? expression) => (_text, _expression) = (text, expression);

    /// <summary>A text that is looked for as it is.</summary>
    public static SplitPattern Literal(string text) => new(text, null);

    /// <summary>A regular expression.</summary>
    /// <exception cref="NotSupportedException">It uses something that would mean another thing here; the message says
    /// what.</exception>
    public static SplitPattern Expression(string pattern)
    {
        string translated = pattern.Replace(Contractions, SameContractions, StringComparison.Ordinal);
        if (!Understood.IsMatch(translated) || translated.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            throw new NotSupportedException($"the pattern {pattern} uses something beyond texts, classes, categories (\\p{{L}}), white space (\\s),"
                + " groups, looking ahead and quantifiers");
        }
        return new(null, new(translated, RegexOptions.CultureInvariant | RegexOptions.Compiled));
    }

    /// <summary>Where the pattern matches: start and end, in order, not empty.</summary>
    public void Find(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        if (_expression is null)
        {
            if (_text!.Length == 0) return;
            int length = _text.Length;
            for (int start = 0; text[start..].IndexOf(_text, StringComparison.Ordinal) is int at and >= 0; start += at + length)
                matches.Add((start + at, start + at + length));
        }
        else if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            foreach (ValueMatch match in _expression.EnumerateMatches(text))
                if (match.Length > 0) matches.Add((match.Index, match.Index + match.Length));
        }
        else
        {
            var (same, positions) = WithStandIns(text);
            foreach (ValueMatch match in _expression.EnumerateMatches(same))
                if (match.Length > 0) matches.Add((positions[match.Index], positions[match.Index + match.Length]));
        }
    }

    /// <summary>The text with something else for every match.</summary>
    public string Replace(string text, string content)
    {
        if (_text is { Length: > 0 }) return text.Replace(_text, content, StringComparison.Ordinal);
        var matches = new List<(int Start, int End)>();
        Find(text, matches);
        if (matches.Count == 0) return text;
        var result = new StringBuilder(text.Length);
        int copied = 0;
        foreach (var (start, end) in matches)
        {
            result.Append(text, copied, start - copied).Append(content);
            copied = end;
        }
        return result.Append(text, copied, text.Length - copied).ToString();
    }

    // One character for each code point, and where it began.
    private static (string Same, int[] Positions) WithStandIns(ReadOnlySpan<char> text)
    {
        var same = new StringBuilder(text.Length);
        var positions = new List<int>(text.Length + 1);
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            same.Append(rune.IsBmp ? (char)rune.Value : StandIns[(int)Rune.GetUnicodeCategory(rune)]);
            positions.Add(at);
            at += rune.Utf16SequenceLength;
        }
        positions.Add(at);
        return (same.ToString(), [.. positions]);
    }

    /// <summary>The categories in which a stand-in does not have the category it stands for; none, unless .NET's tables
    /// change.</summary>
    internal static IEnumerable<UnicodeCategory> WrongStandIns() => Enum.GetValues<UnicodeCategory>()
        .Where(static category => CharUnicodeInfo.GetUnicodeCategory(StandIns[(int)category]) != category);
}
