using System.Globalization;
using System.Text.Json;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>
/// A policy behind a server with OpenAI's completions: vLLM, SGLang, llama-server and others. As any policy, for best-of-n and
/// for labelling.
/// </summary>
/// <remarks>
/// <para>
/// By token (<see cref="OfTokens"/>) prompts are sent and responses kept in the model's own tokens, each with its
/// log-probability, so that KLs by token can be had. By text (<see cref="OfText"/>) any server will do, and the log-probability
/// of a whole response is known if the server gives one.
/// </para>
/// <para>
/// Log-probabilities reach <see cref="SampledBatch"/> only where they are of the distribution that was drawn from: raw ones at
/// temperature 1 without a cut, or processed ones. Otherwise there are none there; <see cref="CompleteAsync"/> has them with the
/// temperature and the cut they belong to.
/// </para>
/// <para>
/// Seeds are sent with every request, from the stream of its first sample. Whether the same seed gives the same sample is the
/// server's doing, and changes with what else it works on: <see cref="SeedCheck"/> measures it.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var server = new ServerConnection(new ServerOptions { Address = new Uri("http://127.0.0.1:8000"), Model = "my-model" });
/// IPolicy served = ServedPolicy.OfText(server, new ServedPolicyOptions { Kind = ServerKind.Vllm, MaxTokens = 256 });
/// </code>
/// </example>
public sealed class ServedPolicy : IPolicy
{
    private readonly ServedPolicyOptions _options;
    private readonly ITokenizer _tokenizer;
    private readonly bool _byToken;
    private readonly LlamaCompletions _llama;

    private ServedPolicy(ServerConnection server, ITokenizer tokenizer, bool byToken, int contextLength,
        ServedPolicyOptions? options)
    {
        ArgumentNullException.ThrowIfNull(server);
        Guard.InRange(contextLength, 2, int.MaxValue);
        _options = options ?? new();
        _options.Validate();
        if (byToken && _options.Chat) throw new ArgumentException("A chat cannot be asked in tokens, for the server puts a template around it; use ServedPolicy.OfText.", nameof(options));
        (Server, _tokenizer, _byToken, ContextLength, _llama) = (server, tokenizer, byToken, contextLength, new(server));
    }

    /// <summary>The server.</summary>
    public ServerConnection Server { get; }

    /// <inheritdoc/>
    public int VocabularySize => _tokenizer.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <summary>A policy whose tokens are the model's own.</summary>
    /// <param name="server">The server.</param>
    /// <param name="tokenizer">The model's tokenizer, such as one from its tokenizer.json.</param>
    /// <param name="contextLength">The longest prompt with its response, in tokens; at least 2.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public static ServedPolicy OfTokens(ServerConnection server, ITokenizer tokenizer, int contextLength,
        ServedPolicyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new(server, tokenizer, byToken: true, contextLength, options);
    }

    /// <summary>A policy whose tokens only keep the texts, as bytes.</summary>
    /// <param name="server">The server.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public static ServedPolicy OfText(ServerConnection server, ServedPolicyOptions? options = null) =>
        OfBytes(server, new ByteTokenizer(), options);

    // With a tokenizer of bytes and, it may be, of marks that stand in no text.
    internal static ServedPolicy OfBytes(ServerConnection server, ITokenizer bytes, ServedPolicyOptions? options) =>
        new(server, bytes, byToken: false, int.MaxValue, options);

    /// <summary>Asks for samples of one prompt, and gives them as they come.</summary>
    /// <param name="prompt">The prompt, as tokens of <see cref="OfTokens"/> or bytes of <see cref="OfText"/>.</param>
    /// <param name="samples">How many, in one request; at least 1.</param>
    /// <param name="sampling">How they are drawn.</param>
    /// <param name="seed">For a server that takes one; at least 0.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">Sampling that this server cannot obey.</exception>
    /// <exception cref="ServerException">There is no answer to be had; the message names server and prompt.</exception>
    public async ValueTask<IReadOnlyList<ServedAnswer>> CompleteAsync(
        ReadOnlyMemory<int> prompt, int samples, SamplingOptions sampling, int seed,
            CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        sampling.Validate();
        Guard.Positive(samples);
        Guard.NotNegative(seed);
        return await AskAsync(prompt, samples, sampling, seed, () => $"{Counted(samples)} of the prompt {PromptExcerpt.Of(Text(prompt))}",
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ServerException">There is no answer to be had; the message names server, prompt and sample.</exception>
    public async ValueTask<SampledBatch> SampleAsync(
        TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
            CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Guard.Length(streams.Length, prompts.Count, nameof(streams));
        new SamplingRequest(_options, options, null).Require(_byToken);
        RequireRoom(prompts, options);
        var answers = new ServedAnswer[prompts.Count];
        var atOnce = new ParallelOptions
        {
            MaxDegreeOfParallelism = Server.Options.RequestsAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(PromptRuns.Of(prompts, Together), atOnce, async (request, cancel) =>
        {
            (int first, int count) = request;
            ReadOnlyMemory<int> prompt = prompts[first].Tokens;
            // 31 bits: all that llama-server keeps apart.
            int seed = (int)(streams.Span[first].Bits(0) >> 33);
            (await AskAsync(prompt, count, options, seed, Asked, cancel).ConfigureAwait(false)).CopyTo(answers, first);

            string Asked() => string.Create(CultureInfo.InvariantCulture,
                $"{Counted(count)} (numbers {first} to {first + count - 1} of {prompts.Count} asked together) of the prompt {PromptExcerpt.Of(Text(prompt))}");
        }).ConfigureAwait(false);
        return Batch(prompts, options, answers);
    }

    private async ValueTask<ServedAnswer[]> AskAsync(ReadOnlyMemory<int> prompt, int samples, SamplingOptions sampling, int seed,
        Func<string> asked, CancellationToken cancellationToken)
    {
        if (SpoilsTogether && samples > 1)
            return await OneByOneAsync(prompt, samples, sampling, seed, asked, cancellationToken).ConfigureAwait(false);
        var request = new SamplingRequest(_options, sampling, Server.Options.Model);
        request.Require(_byToken);
        var reader = new AnswerReader(_options, sampling);
        string text = _byToken ? "" : Text(prompt);
        ReadOnlyMemory<int> tokens = _byToken ? prompt : default;
        ServedAnswer[] answers = await Server.PostAsync(request.Path, json =>
            request.Write(json, text, tokens.Span, samples, seed), answer =>
        {
            ServedAnswer[] read = reader.Read(answer, samples, tokens.Span);
            if (_byToken) RequireTokens(read, sampling);
            return read;
        }, asked, cancellationToken).ConfigureAwait(false);
        if (_options is { Kind: ServerKind.LlamaCpp, Chat: false, LogProbs: ServedLogProbs.Raw })
            await FillAsync(answers, json => WritePrompt(json, text, tokens.Span), asked,
                cancellationToken).ConfigureAwait(false);
        return answers;
    }

    // llama-server spoils samples that are asked for together: where one ends at once, while it works on other requests, another
    // of them goes on from a state that is not of its prompt, with log-probabilities nats from those of the model.
    private bool SpoilsTogether => _options is { Kind: ServerKind.LlamaCpp, Chat: false };

    private int Together => SpoilsTogether ? 1 : _options.SamplesPerRequest;

    private async ValueTask<ServedAnswer[]> OneByOneAsync(ReadOnlyMemory<int> prompt, int samples, SamplingOptions sampling,
        int seed, Func<string> asked, CancellationToken cancellationToken)
    {
        var answers = new ServedAnswer[samples];
        for (int i = 0; i < samples; i++)
            answers[i] = (await AskAsync(prompt, 1, sampling, (seed + i) & int.MaxValue, asked, cancellationToken)
                .ConfigureAwait(false))[0];
        return answers;
    }

    // Where llama-server left out log-probabilities, the sample is scored.
    private async ValueTask FillAsync(ServedAnswer[] answers, Action<Utf8JsonWriter> prompt, Func<string> asked,
        CancellationToken cancellationToken)
    {
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i] is not { LogProbs: null, Tokens: { Count: > 0 } tokens }) continue;
            int? end = answers[i].Finish == "stop" ? tokens[^1] : null;
            answers[i] = answers[i] with
            {
                LogProbs = await _llama.ScoreAsync(prompt, [.. tokens], end, asked, cancellationToken).ConfigureAwait(false),
            };
        }
    }

    private static void WritePrompt(Utf8JsonWriter json, string text, ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty) json.WriteStringValue(text);
        foreach (int token in tokens) json.WriteNumberValue(token);
    }

    private void RequireRoom(TokenBatch prompts, SamplingOptions options)
    {
        if (!_byToken) return;
        int most = _options.MaxTokens ?? options.ResponseLength;
        for (int i = 0; i < prompts.Count; i++)
        {
            if (prompts.Sequence(i).Length + (long)most > ContextLength)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"prompts[{i}] has {prompts.Sequence(i).Length} tokens; with a response of {most} it would outgrow the context of {ContextLength}."));
        }
    }

    private void RequireTokens(ServedAnswer[] answers, SamplingOptions sampling)
    {
        foreach (ServedAnswer answer in answers)
        {
            if (answer.Tokens is not { } tokens)
                throw new WrongAnswerException($"gives no tokens (as a server of the kind {_options.Kind}); say which server it is (ServedPolicyOptions.Kind, LogProbs), or keep texts (ServedPolicy.OfText)");
            if (answer.Finish == "stop" && sampling.EndToken is { } end && (tokens.Count == 0 || tokens[^1] != end))
                throw AnswerJson.Wrong($"ended a response by token {(tokens.Count == 0 ? -1 : tokens[^1])}, and SamplingOptions.EndToken is {end}; give the token that it ends by");
        }
    }

    private SampledBatch Batch(TokenBatch prompts, SamplingOptions options, ServedAnswer[] answers)
    {
        var sequences = new TokenSequence[answers.Length];
        for (int i = 0; i < answers.Length; i++)
        {
            int[] response = _byToken ? [.. answers[i].Tokens!] : Kept(answers[i], options);
            int[] prompt = prompts.Prompt(i).ToArray();
            sequences[i] = new((int[])[.. prompt, .. response], prompt.Length);
        }
        // Of another distribution than the sampler's they are no log-probabilities of these samples, and of a text that was cut
        // none are known.
        bool own = (_byToken || !answers.Any(answer => IsCut(answer, options)))
            && answers.All(answer => answer.LogProbs is not null && answer.Temperature == options.Temperature
            && answer.Cut == options.Cut);
        return new(new(sequences), own && _byToken ? [.. answers.SelectMany(static answer => answer.LogProbs!)] : [], [])
        {
            ResponseLogProbs = own && !_byToken ? [.. answers.Select(static answer =>
                answer.LogProbs!.Sum(static logProb => (double)logProb))] : null,
        };
    }

    private int[] Kept(ServedAnswer answer, SamplingOptions options)
    {
        int[] tokens = _tokenizer.EncodeContinuation(answer.Text);
        if (_options.CutsText && tokens.Length > options.ResponseLength) return tokens[..WholeCharacters(tokens,
            options.ResponseLength)];
        return options.EndToken is { } end && (answer.Finish == "stop" || tokens.Length == 0)
            && tokens.Length < options.ResponseLength
            && !tokens.AsSpan().Contains(end)
            ? [.. tokens, end] : tokens;
    }

    private bool IsCut(ServedAnswer answer, SamplingOptions options) =>
        _options.CutsText && _tokenizer.EncodeContinuation(answer.Text).Length > options.ResponseLength;

    // A byte 10xxxxxx goes on with the character before it.
    private static int WholeCharacters(int[] bytes, int most)
    {
        while (most > 0 && (bytes[most] & 0xC0) == 0x80) most--;
        return most;
    }

    private string Text(ReadOnlyMemory<int> prompt) => _tokenizer.Decode(prompt.Span);

    private static string Counted(int samples) => samples == 1 ? "a sample" : string.Create(CultureInfo.InvariantCulture, $"{samples} samples");
}
