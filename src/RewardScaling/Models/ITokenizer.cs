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

    /// <summary>The tokens of a prompt: as <see cref="Encode"/>, behind those that a model expects before any text (a
    /// beginning).</summary>
    /// <param name="text">The prompt.</param>
    int[] EncodePrompt(string text) => Encode(text);

    /// <summary>
    /// The tokens of a text that goes on from another, such as a response: as <see cref="Encode"/>, but a tokenizer that marks
    /// the first word of a text puts no mark here.
    /// </summary>
    /// <param name="text">The text, with the space it begins with if it has one.</param>
    int[] EncodeContinuation(string text) => Encode(text);

    /// <summary>The text of tokens that go on from others, such as a response's: a first word keeps the space before
    /// it.</summary>
    /// <param name="tokens">As for <see cref="Decode"/>.</param>
    string DecodeContinuation(ReadOnlySpan<int> tokens) => Decode(tokens);
}
