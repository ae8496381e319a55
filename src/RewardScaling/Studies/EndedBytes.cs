using RewardScaling.Models;

namespace RewardScaling.Studies;

/// <summary>
/// Texts as their bytes, with a token for the end behind them: what a policy asked by text speaks. So a text that ends at once
/// still has a token, and a network that reads it sees where it ended; the text itself is without it.
/// </summary>
internal sealed class EndedBytes : ITokenizer
{
    /// <summary>The token that ends a text.</summary>
    public const int End = 256;

    private readonly ByteTokenizer _bytes = new();

    /// <inheritdoc/>
    public int VocabularySize => End + 1;

    /// <inheritdoc/>
    public int[] Encode(string text) => _bytes.Encode(text);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        int end = tokens.IndexOf(End);
        return _bytes.Decode(end < 0 ? tokens : tokens[..end]);
    }
}
