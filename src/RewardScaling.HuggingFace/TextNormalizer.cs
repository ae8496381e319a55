using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>What happens to a text before it is cut.</summary>
internal abstract class TextNormalizer
{
    /// <summary>The text as the model sees it.</summary>
    /// <param name="text">A text with every surrogate in a pair.</param>
    /// <param name="prefix">Whether a first word gets the mark of a first word; not in a text that goes on.</param>
    public abstract string Normalize(string text, bool prefix);
}

/// <summary>Several, one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<TextNormalizer> normalizers) : TextNormalizer
{
    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix)
    {
        foreach (TextNormalizer normalizer in normalizers) text = normalizer.Normalize(text, prefix);
        return text;
    }
}

/// <summary>Puts something before a text that is not empty: Llama 2's ▁.</summary>
internal sealed class PrependNormalizer(string mark) : TextNormalizer
{
    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix) => prefix && text.Length > 0 ? mark + text : text;
}

/// <summary>Replaces every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(SplitPattern pattern, string content) : TextNormalizer
{
    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix) => pattern.Replace(text, content);
}

/// <summary>Takes white space from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix)
    {
        if (left) text = text.TrimStart();
        return right ? text.TrimEnd() : text;
    }
}

/// <summary>Lower case, code point by code point.</summary>
internal sealed class LowercaseNormalizer : TextNormalizer
{
    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix)
    {
        var lower = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) UnicodeTables.AppendLower(lower, rune);
        return lower.ToString();
    }
}

/// <summary>Leaves out marks: accents that stand alone.</summary>
internal sealed class StripAccentsNormalizer : TextNormalizer
{
    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix)
    {
        var bare = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            if (!UnicodeTables.IsMark(rune)) bare.Append(rune);
        return bare.ToString();
    }
}
