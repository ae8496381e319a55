using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>A step that cuts pieces into smaller ones, within which a model may join what it likes.</summary>
internal abstract class TextSplitter
{
    /// <summary>Cuts one piece.</summary>
    /// <param name="piece">The piece, not empty.</param>
    /// <param name="prefix">Whether a first word gets the mark of a first word; not in a text that goes on.</param>
    /// <param name="into">Where the parts go, in order.</param>
    public abstract void Split(TextPiece piece, bool prefix, List<TextPiece> into);

    /// <summary>Adds the parts that some matches cut a piece into.</summary>
    protected static void Add(
        TextPiece piece, List<(int Start, int End)> matches, SplitBehavior behavior, bool invert, List<TextPiece> into)
    {
        if (matches.Count == 0 && !invert)
        {
            into.Add(piece);
            return;
        }
        var parts = Parts(matches, piece.Text.Length, invert);
        int first = into.Count, length = 0;
        bool before = false;
        for (int i = 0; i < parts.Count; i++)
        {
            var (start, end, matched) = parts[i];
            bool joined = i > 0 && behavior switch
            {
                SplitBehavior.MergedWithPrevious => matched && !before,
                SplitBehavior.Contiguous => matched == before,
                _ => false,
            };
            // Seen from the end, a match that is followed by another match stays alone.
            if (behavior == SplitBehavior.MergedWithNext && i > 0 && !matched && before) joined = true;
            before = matched;
            if (matched && behavior == SplitBehavior.Removed) continue;
            start = joined && into.Count > first ? start - length : start;
            length = end - start;
            var part = new TextPiece(piece.Text[start..end], piece.Begins && start == 0);
            if (joined && into.Count > first) into[^1] = part;
            else into.Add(part);
        }
    }

    private static List<(int Start, int End, bool Matched)> Parts(List<(int Start, int End)> matches, int length, bool invert)
    {
        var parts = new List<(int, int, bool)>(2 * matches.Count + 1);
        int at = 0;
        foreach (var (start, end) in matches)
        {
            if (start > at) parts.Add((at, start, invert));
            parts.Add((start, end, !invert));
            at = end;
        }
        if (at < length) parts.Add((at, length, invert));
        return parts;
    }
}

/// <summary>Splits by a pattern.</summary>
internal sealed class PatternSplitter(SplitPattern pattern, SplitBehavior behavior, bool invert) : TextSplitter
{
    /// <inheritdoc/>
    public override void Split(TextPiece piece, bool prefix, List<TextPiece> into)
    {
        var matches = new List<(int Start, int End)>();
        pattern.Find(piece.Text.Span, matches);
        Add(piece, matches, behavior, invert, into);
    }
}

/// <summary>Splits by code points of a kind.</summary>
internal sealed class RuneSplitter(Func<Rune, bool> matches, SplitBehavior behavior) : TextSplitter
{
    /// <inheritdoc/>
    public override void Split(TextPiece piece, bool prefix, List<TextPiece> into)
    {
        var found = new List<(int Start, int End)>();
        int at = 0;
        foreach (Rune rune in piece.Text.Span.EnumerateRunes())
        {
            if (matches(rune)) found.Add((at, at + rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;
        }
        Add(piece, found, behavior, invert: false, into);
    }
}

/// <summary>Puts a space before a piece that has none, as byte-level tokenizers may.</summary>
internal sealed class SpacePrefix : TextSplitter
{
    /// <inheritdoc/>
    public override void Split(TextPiece piece, bool prefix, List<TextPiece> into) => into.Add(
        piece.Text.Span[0] == ' ' || (piece.Begins && !prefix) ? piece : new($" {piece.Text}".AsMemory(), piece.Begins));
}

/// <summary>SentencePiece's way with spaces: each becomes ▁, a word begins with one.</summary>
/// <param name="mark">The mark, ▁.</param>
/// <param name="scheme">Which pieces get a mark before them.</param>
/// <param name="split">Whether every word is a piece of its own.</param>
internal sealed class MetaspaceSplitter(char mark, PrependScheme scheme, bool split) : TextSplitter
{
    private readonly SplitPattern _mark = SplitPattern.Literal(mark.ToString());

    /// <inheritdoc/>
    public override void Split(TextPiece piece, bool prefix, List<TextPiece> into)
    {
        string text = piece.Text.ToString().Replace(' ', mark);
        bool wanted = piece.Begins ? prefix && scheme != PrependScheme.Never : scheme == PrependScheme.Always;
        if (wanted && text[0] != mark) text = mark + text;
        var whole = new TextPiece(text.AsMemory(), piece.Begins);
        var matches = new List<(int Start, int End)>();
        if (split) _mark.Find(text, matches);
        Add(whole, matches, SplitBehavior.MergedWithNext, invert: false, into);
    }
}
