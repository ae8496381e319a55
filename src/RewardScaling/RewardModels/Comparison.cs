using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Two responses to one prompt, one of them preferred.</summary>
public sealed class Comparison
{
    /// <summary>A comparison.</summary>
    /// <param name="chosen">The prompt with the preferred response.</param>
    /// <param name="rejected">The same prompt with the other response.</param>
    /// <exception cref="ArgumentException">A response is empty, the prompts differ, or the responses are the same.</exception>
    public Comparison(TokenSequence chosen, TokenSequence rejected)
    {
        if (chosen.ResponseLength < 1) throw new ArgumentException("chosen has no response token.", nameof(chosen));
        if (rejected.ResponseLength < 1) throw new ArgumentException("rejected has no response token.", nameof(rejected));
        if (!PromptOf(chosen).SequenceEqual(PromptOf(rejected)))
            throw new ArgumentException("the responses have different prompts; they must have the same.", nameof(rejected));
        if (chosen.Tokens.Span.SequenceEqual(rejected.Tokens.Span))
            throw new ArgumentException("chosen and rejected are the same; there is nothing to prefer.", nameof(rejected));
        Chosen = chosen;
        Rejected = rejected;
    }

    /// <summary>The prompt with the preferred response.</summary>
    public TokenSequence Chosen { get; }

    /// <summary>The prompt with the other response.</summary>
    public TokenSequence Rejected { get; }

    /// <summary>
    /// The probability that the chosen response is the preferred one, in [0, 1]: 1 for a certain label, σ of gold's score
    /// difference for a soft one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1].</exception>
    public double Probability
    {
        get;
        init
        {
            Guard.InRange(value, 0, 1, nameof(Probability));
            field = value;
        }
    } = 1;

    /// <summary>
    /// By how much the chosen response must score higher before the loss counts it as preferred (Touvron et al. 2023,
    /// arXiv:2307.09288, equation 2); at least 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Margin
    {
        get;
        init
        {
            Guard.Finite(value, nameof(Margin));
            Guard.NotNegative(value, nameof(Margin));
            field = value;
        }
    }

    /// <summary>The tokens of the prompt.</summary>
    public ReadOnlySpan<int> Prompt => PromptOf(Chosen);

    private static ReadOnlySpan<int> PromptOf(TokenSequence sequence) => sequence.Tokens.Span[..sequence.PromptLength];

    /// <summary>The lengths and the probability.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"chosen {Chosen.Tokens.Length} tokens, rejected {Rejected.Tokens.Length}, probability {Probability:G4}");
}
