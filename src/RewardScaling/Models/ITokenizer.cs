namespace RewardScaling.Models;

/// <summary>Text to tokens and back.</summary>
public interface ITokenizer
{
    /// <summary>How many different tokens there are.</summary>
    int VocabularySize { get; }

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text.</param>
    int[] Encode(string text);

    /// <summary>The text of some tokens; a piece cut inside a character shows the replacement character there.</summary>
    /// <param name="tokens">Tokens in [0, <see cref="VocabularySize"/>).</param>
    string Decode(ReadOnlySpan<int> tokens);
}
