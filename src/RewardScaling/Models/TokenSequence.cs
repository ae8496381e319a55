using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>One sequence of tokens: a prompt, and the response that follows it (perhaps none yet).</summary>
public readonly struct TokenSequence
{
    /// <summary>A sequence.</summary>
    /// <param name="tokens">Prompt and response, one after the other.</param>
    /// <param name="promptLength">How many of the tokens are prompt: at least 1, at most all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prompt length is not in [1, number of tokens].</exception>
    public TokenSequence(ReadOnlyMemory<int> tokens, int promptLength)
    {
        Guard.InRange(promptLength, 1, Math.Max(1, tokens.Length));
        if (tokens.IsEmpty) throw new ArgumentException("tokens is empty; a sequence needs at least one prompt token.", nameof(tokens));
        Tokens = tokens;
        PromptLength = promptLength;
    }

    /// <summary>Prompt and response.</summary>
    public ReadOnlyMemory<int> Tokens { get; }

    /// <summary>The number of prompt tokens, at least 1.</summary>
    public int PromptLength { get; }

    /// <summary>The number of response tokens.</summary>
    public int ResponseLength => Tokens.Length - PromptLength;

    /// <summary>Its lengths.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Tokens.Length} tokens, {PromptLength} of them the prompt");
}
