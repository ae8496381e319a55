namespace RewardScaling.Models;

/// <summary>
/// What a policy wrote, with what it thought while writing. Per-token lists follow <see cref="TokenBatch.ResponseOffsets"/>.
/// </summary>
/// <param name="Tokens">Prompts with their responses, in the order of the prompts given.</param>
/// <param name="LogProbs">log π(token | prefix) of each response token under the distribution it was drawn from (temperature and
/// cut included), in nats. Empty from a policy that does not know them, such as a service that gives text alone.</param>
/// <param name="Values">The value head at the state each response token was drawn in (before the token is seen); zeros from
/// a policy without one, or none at all.</param>
public sealed record SampledBatch(TokenBatch Tokens, float[] LogProbs, float[] Values)
{
    /// <summary>
    /// log π(response | prompt) of each response, in nats, from a policy that knows it without knowing it token by token: one
    /// whose tokens are not these. Null otherwise.
    /// </summary>
    public IReadOnlyList<double>? ResponseLogProbs { get; init; }

    /// <summary>
    /// The same without what was written after each response's first end token, which stays. A token is drawn from its prefix and
    /// its place in a stream alone, so this is what a sampler gives that stops there. <see cref="ResponseLogProbs"/> are not
    /// known of parts.
    /// </summary>
    /// <param name="endToken">The token that ends a response; null for none, which changes nothing.</param>
    public SampledBatch CutAfter(int? endToken)
    {
        if (endToken is not { } end) return this;
        var sequences = new TokenSequence[Tokens.Count];
        List<float> logProbs = new(LogProbs.Length), values = new(Values.Length);
        for (int i = 0; i < sequences.Length; i++)
        {
            var response = Tokens.Response(i);
            int at = response.IndexOf(end), kept = at < 0 ? response.Length : at + 1; // PPO detail 2
            int from = Tokens.ResponseOffsets[i];
            var sequence = Tokens[i];
            sequences[i] = new(sequence.Tokens[..(sequence.PromptLength + kept)], sequence.PromptLength);
            if (LogProbs.Length > 0) logProbs.AddRange(LogProbs.AsSpan(from, kept));
            if (Values.Length > 0) values.AddRange(Values.AsSpan(from, kept));
        }
        return new(new(sequences), [.. logProbs], [.. values]);
    }

    /// <summary>How much was sampled.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Tokens.Count} sequences, {LogProbs.Length} response tokens");
}
