using System.Buffers;
using System.Globalization;
using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>Finds added tokens in a text: from left to right, the longest that begins at a place.</summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<char, (string Content, AddedToken Token)[]> _byFirst;
    private readonly SearchValues<char> _first;

    /// <summary>A finder.</summary>
    /// <param name="tokens">The tokens, each with the text it is found by. Of two with the same text the later one
    /// counts.</param>
    public AddedTokenFinder(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        _byFirst = tokens.Where(static entry => entry.Content.Length > 0).GroupBy(static entry => entry.Content[0]).ToDictionary(
            static group => group.Key,
            static group => group.Reverse().DistinctBy(static entry => entry.Content)
                .OrderByDescending(static entry => entry.Content.Length).ToArray());
        _first = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>Cuts a text at the tokens in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="between">Told of every stretch without a token: its start and end.</param>
    /// <param name="found">Told of every token.</param>
    public void Cut(string text, Action<int, int> between, Action<AddedToken> found)
    {
        int at = 0, done = 0;
        while (Next(text, at) is var (start, content, token))
        {
            int end = at = start + content.Length;
            if (token.SingleWord && (EndsWithWord(text.AsSpan(0, start)) || StartsWithWord(text.AsSpan(end)))) continue;
            if (token.LeftStrip) start = Math.Max(text.AsSpan(0, start).TrimEnd().Length, done);
            if (token.RightStrip) end += text.Length - end - text.AsSpan(end).TrimStart().Length;
            if (done < start) between(done, start);
            found(token);
            done = end;
        }
        if (done < text.Length) between(done, text.Length);
    }

    private (int Start, string Content, AddedToken Token)? Next(string text, int at)
    {
        while (at < text.Length && text.AsSpan(at).IndexOfAny(_first) is int step and >= 0)
        {
            at += step;
            foreach (var (content, token) in _byFirst[text[at]])
                if (text.AsSpan(at).StartsWith(content, StringComparison.Ordinal)) return (at, content, token);
            at++;
        }
        return null;
    }

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
