using System.Text;

namespace RewardScaling.Models;

/// <summary>Text as its UTF-8 bytes, one token each: nothing to train, and any file is a corpus.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>256.</summary>
    public int VocabularySize => 256;

    /// <summary>The UTF-8 bytes of a text.</summary>
    /// <param name="text">The text; every surrogate of it in a pair.</param>
    /// <exception cref="ArgumentException">The text has half a surrogate pair, which no bytes stand for.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Array.ConvertAll(Strict.GetBytes(text), static value => (int)value);
    }

    /// <summary>
    /// The text of some bytes; bytes that are no UTF-8, such as a character cut in two, show the replacement character U+FFFD.
    /// </summary>
    /// <param name="tokens">Bytes, in [0, 255].</param>
    /// <exception cref="ArgumentException">A token is no byte; the message says where.</exception>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new byte[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] > byte.MaxValue)
                throw new ArgumentException($"tokens[{i}] = {tokens[i]} must be in [0, 255].", nameof(tokens));
            bytes[i] = (byte)tokens[i];
        }
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>What it is.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"bytes, {VocabularySize} tokens");
}
