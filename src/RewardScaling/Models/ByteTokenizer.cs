using System.Text;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>Bytes of UTF-8 as tokens, 256 of them: any file is text.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    /// <inheritdoc/>
    public int VocabularySize => 256;

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Array.ConvertAll(Encoding.UTF8.GetBytes(text), static b => (int)b);
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new byte[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            Guard.InRange(tokens[i], 0, 255, $"tokens[{i}]");
            bytes[i] = (byte)tokens[i];
        }
        return Encoding.UTF8.GetString(bytes);
    }
}
