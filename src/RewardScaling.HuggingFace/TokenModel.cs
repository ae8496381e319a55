using System.Globalization;

namespace RewardScaling.HuggingFace;

/// <summary>What makes tokens of a piece of text.</summary>
internal abstract class TokenModel(IReadOnlyDictionary<string, int> vocabulary)
{
    /// <summary>Tokens by their text.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary { get; } = vocabulary;

    /// <summary>Adds the tokens of a piece.</summary>
    /// <param name="piece">The piece, not empty.</param>
    /// <param name="into">Where they go.</param>
    public abstract void Encode(ReadOnlySpan<char> piece, List<int> into);

    /// <summary>The tokens of the 256 bytes, &lt;0x00&gt; to &lt;0xFF&gt;, or -1 where the vocabulary has none.</summary>
    protected int[] ByteTokens() => [.. Enumerable.Range(0, 256).Select(value =>
        Vocabulary.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), -1))];
}
