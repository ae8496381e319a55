namespace RewardScaling.Models;

/// <summary>Prompts with responses to be scored: as tokens for a network, as text for anybody else's reward model.</summary>
/// <param name="tokens">The sequences.</param>
/// <param name="tokenizer">What turns their tokens into text.</param>
/// <exception cref="ArgumentNullException">No sequences or no tokenizer.</exception>
public sealed class Rollouts(TokenBatch tokens, ITokenizer tokenizer)
{
    /// <summary>The sequences.</summary>
    public TokenBatch Tokens { get; } = tokens ?? throw new ArgumentNullException(nameof(tokens));

    /// <summary>What turns tokens into text.</summary>
    public ITokenizer Tokenizer { get; } = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));

    /// <summary>The number of sequences.</summary>
    public int Count => Tokens.Count;

    /// <summary>The text of one prompt.</summary>
    /// <param name="index">The sequence, from 0.</param>
    public string Prompt(int index) => Tokenizer.Decode(Tokens.Prompt(index));

    /// <summary>The text of one response.</summary>
    /// <param name="index">The sequence, from 0.</param>
    public string Response(int index) => Tokenizer.DecodeContinuation(Tokens.Response(index));

    /// <summary>How much it holds.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Count} rollouts, {Tokens.TotalResponseTokens} response tokens");
}
