using System.Globalization;
using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>A step from the texts of tokens to the text they spell. Steps follow each other; at the end the texts are
/// joined.</summary>
internal abstract class TokenDecoder
{
    /// <summary>The texts after this step.</summary>
    /// <param name="texts">The texts of tokens, or what the step before made of them; may be changed and given back.</param>
    /// <param name="prefix">Whether a first word loses the mark of a first word; not in a text that goes on.</param>
    public abstract List<string> Decode(List<string> texts, bool prefix);
}

/// <summary>Several steps.</summary>
internal sealed class DecoderSequence(IReadOnlyList<TokenDecoder> decoders) : TokenDecoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix)
    {
        foreach (TokenDecoder decoder in decoders) texts = decoder.Decode(texts, prefix);
        return texts;
    }
}

/// <summary>A space between tokens: what is done where no decoder is given.</summary>
internal sealed class SpacedDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix) => [string.Join(' ', texts)];
}

/// <summary>Characters of <see cref="ByteAlphabet"/> to bytes, and the bytes of all tokens to text.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix)
    {
        var bytes = new List<byte>();
        foreach (string text in texts) ByteAlphabet.Read(text, bytes);
        return [Encoding.UTF8.GetString([.. bytes])];
    }
}

/// <summary>Runs of byte tokens (&lt;0xE2&gt;) to the text they spell; to as many U+FFFD if they spell none.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix)
    {
        var result = new List<string>(texts.Count);
        var bytes = new List<byte>();
        foreach (string text in texts)
        {
            if (text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
                && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                continue;
            }
            Flush();
            result.Add(text);
        }
        Flush();
        return result;

        void Flush()
        {
            if (bytes.Count == 0) return;
            try
            {
                result.Add(Strict.GetString([.. bytes]));
            }
            catch (DecoderFallbackException)
            {
                result.Add(new('\uFFFD', bytes.Count));
            }
            bytes.Clear();
        }
    }
}

/// <summary>All texts to one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix) => [string.Concat(texts)];
}

/// <summary>Replaces every match of a pattern in every text.</summary>
internal sealed class ReplaceDecoder(SplitPattern pattern, string content) : TokenDecoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix)
    {
        for (int i = 0; i < texts.Count; i++) texts[i] = pattern.Replace(texts[i], content);
        return texts;
    }
}

/// <summary>Takes some of a character from the ends of every text: the space of a first word.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : TokenDecoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix)
    {
        for (int i = 0; i < texts.Count; i++)
        {
            int from = 0, to = texts[i].Length;
            if (prefix || i > 0)
                while (from < Math.Min(start, to) && texts[i][from] == content) from++;
            while (to > Math.Max(from, texts[i].Length - stop) && texts[i][to - 1] == content) to--;
            texts[i] = texts[i][from..to];
        }
        return texts;
    }
}

/// <summary>▁ back to spaces; those of the first token, which marked the first word, go.</summary>
internal sealed class MetaspaceDecoder(char mark, PrependScheme scheme) : TokenDecoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> texts, bool prefix)
    {
        for (int i = 0; i < texts.Count; i++)
        {
            bool first = i == 0 && prefix && scheme != PrependScheme.Never;
            texts[i] = first ? texts[i].Replace(mark.ToString(), "", StringComparison.Ordinal) : texts[i].Replace(mark, ' ');
        }
        return texts;
    }
}
