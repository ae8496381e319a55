using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>The first letters of the alphabet as tokens: a is 0.</summary>
internal sealed class LetterTokenizer(int letters) : ITokenizer
{
    /// <inheritdoc/>
    public int VocabularySize => letters;

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new int[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            tokens[i] = text[i] - 'a';
            if (tokens[i] < 0 || tokens[i] >= letters)
            {
                throw new ArgumentException(
                    $"text[{i}] is '{text[i]}'; this language has the letters a to {(char)('a' + letters - 1)}.",
                    nameof(text));
            }
        }
        return tokens;
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var text = new char[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            Guard.InRange(tokens[i], 0, letters - 1, $"tokens[{i}]");
            text[i] = (char)('a' + tokens[i]);
        }
        return new(text);
    }
}
