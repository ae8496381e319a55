using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>One sample as a server gave it.</summary>
/// <param name="Text">The text behind the prompt.</param>
/// <param name="Finish">Why it ends: "stop" at an end of its own, "length" where it was cut off.</param>
public sealed record ServedAnswer(string Text, string Finish)
{
    /// <summary>The server's tokens, the one that ends it included; null from servers that do not give them.</summary>
    public IReadOnlyList<int>? Tokens { get; init; }

    /// <summary>
    /// log π(token | prefix) of each token in nats, at <see cref="Temperature"/> and behind <see cref="Cut"/>; null from servers
    /// that give none.
    /// </summary>
    public IReadOnlyList<float>? LogProbs { get; init; }

    /// <summary>The temperature that <see cref="LogProbs"/> belong to: 1 for raw ones, whatever the sample was drawn
    /// at.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The cut that <see cref="LogProbs"/> belong to: none for raw ones.</summary>
    public TokenCut Cut { get; init; } = TokenCut.None;

    /// <summary>The beginning of the text, how it ends and of how many tokens it is.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"\"{Excerpt.Of(Text)}\" ({Finish}, {(Tokens is null ? "tokens not given" : $"{Tokens.Count} tokens")})");
}
