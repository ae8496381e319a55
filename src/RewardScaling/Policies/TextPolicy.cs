using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>Decodes prompts, hands them to a function, and keeps its answers as tokens.</summary>
internal sealed class TextPolicy : IPolicy
{
    private readonly Func<TextRequest[], CancellationToken, ValueTask<IReadOnlyList<TextAnswer>>> _answer;
    private readonly ITokenizer _tokenizer;

    /// <summary>A policy.</summary>
    /// <param name="answer">At least one request to as many answers, in their order.</param>
    /// <param name="contextLength">The longest prompt with its response, in tokens; at least 2.</param>
    /// <param name="tokenizer">What keeps the texts; null for their bytes.</param>
    public TextPolicy(Func<TextRequest[], CancellationToken, ValueTask<IReadOnlyList<TextAnswer>>> answer, int contextLength,
        ITokenizer? tokenizer)
    {
        Guard.InRange(contextLength, 2, int.MaxValue);
        (_answer, ContextLength, _tokenizer) = (answer, contextLength, tokenizer ?? new ByteTokenizer());
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokenizer.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public async ValueTask<SampledBatch> SampleAsync(
        TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Guard.Length(streams.Length, prompts.Count, nameof(streams));
        cancellationToken.ThrowIfCancellationRequested();
        var shown = new Rollouts(prompts, _tokenizer);
        var requests = new TextRequest[prompts.Count];
        for (int i = 0; i < requests.Length; i++) requests[i] = new(shown.Prompt(i), options, streams.Span[i]);
        IReadOnlyList<TextAnswer> answers = await _answer(requests, cancellationToken).ConfigureAwait(false);
        if (answers?.Count != requests.Length)
            throw Fault($"The policy gave {answers?.Count ?? 0} answers to {requests.Length} prompts; it must answer each once.");
        var sequences = new TokenSequence[requests.Length];
        var logProbs = new double[requests.Length];
        int known = 0;
        for (int i = 0; i < sequences.Length; i++)
        {
            int[] response = Tokens(answers[i].Text, options, $"answer {i} (to {PromptExcerpt.Of(shown, i)})");
            int[] prompt = prompts.Prompt(i).ToArray();
            if (prompt.Length + (long)response.Length > ContextLength)
                throw Fault($"Prompt {i} ({PromptExcerpt.Of(shown, i)}) and its answer have {prompt.Length + response.Length} tokens; the policy's context is {ContextLength}.");
            sequences[i] = new((int[])[.. prompt, .. response], prompt.Length);
            if (answers[i].LogProb is not { } logProb) continue;
            logProbs[i] = logProb;
            known++;
        }
        if (known > 0 && known < logProbs.Length)
            throw Fault($"The policy gave a log-probability with {known} of {logProbs.Length} answers; it must give all or none.");
        return new(new(sequences), [], []) { ResponseLogProbs = known > 0 ? logProbs : null };
    }

    private int[] Tokens(string? text, SamplingOptions options, string name)
    {
        if (text is null) throw Fault($"The policy's {name} is null; it must be a text.");
        int[] tokens;
        try
        {
            tokens = _tokenizer.EncodeContinuation(text);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidOperationException($"The policy's {name} cannot be kept by the tokenizer: {fault.Message}", fault);
        }
        if (_tokenizer.DecodeContinuation(tokens) is var back && back != text)
        {
            throw new InvalidOperationException($"The policy's {name} cannot be kept by the tokenizer, which gives it back as "
                + $"\"{back}\". Keep texts by bytes (ByteTokenizer), or by a tokenizer that changes none.");
        }
        if (tokens.Length > options.ResponseLength)
        {
            throw Fault($"The policy's {name} has {tokens.Length} tokens; at most {options.ResponseLength} were asked for. Ask for more, or for shorter answers.");
        }
        bool ends = options.EndToken is not { } end || tokens.AsSpan().Contains(end);
        return ends || tokens.Length == options.ResponseLength ? tokens : [.. tokens, options.EndToken!.Value];
    }

    private static InvalidOperationException Fault(FormattableString message) => new(FormattableString.Invariant(message));
}
