using System.Globalization;
using System.Text.Json;
using RewardScaling.Models;
using static RewardScaling.Serving.AnswerJson;

namespace RewardScaling.Serving;

/// <summary>
/// Reads samples: of completions and of chats, with log-probabilities in OpenAI's older form (<c>token_logprobs</c>: vLLM,
/// SGLang) or its newer one (<c>content</c>: chats, and llama-server everywhere).
/// </summary>
/// <param name="options">How the policy is asked.</param>
/// <param name="sampling">How samples are drawn.</param>
internal sealed class AnswerReader(ServedPolicyOptions options, SamplingOptions sampling)
{
    private const string TokenId = "token_id:";

    private readonly bool _processed = options.LogProbs == ServedLogProbs.Processed;

    /// <summary>The samples in the order of their index.</summary>
    /// <param name="answer">What the server gave.</param>
    /// <param name="samples">How many were asked for.</param>
    /// <param name="prompt">The prompt's tokens; empty where its text was sent.</param>
    public ServedAnswer[] Read(JsonElement answer, int samples, ReadOnlySpan<int> prompt)
    {
        if (options is { Kind: ServerKind.LlamaCpp, Chat: false }) return Own(answer, samples, prompt.Length);
        JsonElement list = answer.List("choices");
        if (list.GetArrayLength() != samples)
            throw Wrong($"gave {list.GetArrayLength()} samples where {samples} were asked for{(samples > 1 ? " (if it does not know n: ServedPolicyOptions.SamplesPerRequest = 1)" : "")}");
        if (prompt.Length > 0) RequirePrompt(answer, list, prompt);
        ServedAnswer[] answers = Array.ConvertAll(list.ByIndex("choices"), Sample);
        // In chats llama-server leaves out tokens that end inside a character; of one sample it says how many there were.
        if (options.Kind == ServerKind.LlamaCpp && !(samples == 1
            && answer.Member("usage")?.Member("completion_tokens") is { } count && count.Whole("completion_tokens") == answers[0].LogProbs?.Count))
            answers = Array.ConvertAll(answers, static one => one with { LogProbs = null, Tokens = null });
        return answers;
    }

    private ServedAnswer[] Own(JsonElement answer, int samples, int promptTokens)
    {
        JsonElement[] entries = LlamaCompletions.Entries(answer);
        if (entries.Length != samples) throw Wrong($"gave {entries.Length} samples where {samples} were asked for");
        return Array.ConvertAll(entries, entry =>
        {
            int read = (entry.Member("tokens_evaluated") ?? throw Wrong($"gave no 'tokens_evaluated'")).Whole("tokens_evaluated");
            if (promptTokens > 0 && read != promptTokens) throw Wrong($"answered another prompt: it has read {read} tokens where {promptTokens} were sent");
            if (entry.Member("truncated") is { ValueKind: JsonValueKind.True }) throw Wrong($"cut the prompt, which does not fit its context (-c, -np)");
            string stop = entry.Text("stop_type");
            int[] tokens = Tokens(entry.List("tokens"));
            float[]? logProbs = options.LogProbs == ServedLogProbs.None ? null : NewForm(entry.List("completion_probabilities"), null).Item2;
            return Answer(entry.Text("content"), stop switch
            {
                "eos" or "word" => "stop",
                "limit" => "length",
                _ => throw Wrong($"ended a sample by '{stop}', which is neither 'eos' nor 'limit'"),
            }, tokens, logProbs?.Length == tokens.Length ? logProbs : null);
        });
    }

    private ServedAnswer Answer(string text, string finish, int[]? tokens, float[]? logProbs) => new(text, finish)
    {
        Tokens = tokens,
        LogProbs = logProbs,
        Temperature = _processed ? sampling.Temperature : 1,
        Cut = _processed ? sampling.Cut : TokenCut.None,
    };

    // Some say which tokens they have read, others how many.
    private static void RequirePrompt(JsonElement answer, JsonElement choices, ReadOnlySpan<int> prompt)
    {
        foreach (JsonElement choice in choices.EnumerateArray())
        {
            if (choice.Member("prompt_token_ids") is not { ValueKind: JsonValueKind.Array } read) continue;
            if (!Tokens(read).AsSpan().SequenceEqual(prompt)) throw Wrong($"answered another prompt: one of {read.GetArrayLength()} tokens that are not those asked");
        }
        if (answer.Member("usage")?.Member("prompt_tokens") is { } count && count.Whole("prompt_tokens") != prompt.Length)
            throw Wrong($"answered another prompt: it has read {count.Whole("prompt_tokens")} tokens where {prompt.Length} were sent");
    }

    private ServedAnswer Sample(JsonElement choice)
    {
        string finish = choice.Text("finish_reason");
        if (finish is not ("stop" or "length")) throw Wrong($"ended a sample by '{finish}', which is neither 'stop' nor 'length'");
        string text = options.Chat ? (choice.Member("message") ?? throw Wrong($"gave no 'message'")).Text("content") : choice.Text("text");
        int[]? tokens = choice.Member("token_ids") is { ValueKind: JsonValueKind.Array } ids ? Tokens(ids) : null;
        float[]? logProbs = null;
        if (options.LogProbs != ServedLogProbs.None && choice.Member("logprobs") is { } given)
            (tokens, logProbs) = given.Member("content") is { } content ? NewForm(content, tokens) : OldForm(given, tokens);
        return Answer(text, finish, tokens, logProbs);
    }

    private (int[]?, float[]) NewForm(JsonElement content, int[]? tokens)
    {
        if (content.ValueKind != JsonValueKind.Array) throw Wrong($"gave no list 'content' of log-probabilities");
        int count = content.GetArrayLength();
        var logProbs = new float[count];
        var ids = new int[count];
        int known = 0, at = 0;
        foreach (JsonElement entry in content.EnumerateArray())
        {
            if (entry.Member("id") is { } id)
            {
                ids[at] = id.Whole("id");
                known++;
            }
            // llama-server behind its samplers gives probabilities.
            logProbs[at++] = _processed && entry.Member("prob") is { } probability ? LogProb(Math.Log(probability.Number("prob")))
                : LogProb((entry.Member("logprob") ?? throw Wrong($"gave no 'logprob' of token {at - 1}")).Number("logprob"));
        }
        return (tokens is null && known == count ? ids : Same(tokens, count), logProbs);
    }

    private static (int[]?, float[]) OldForm(JsonElement given, int[]? tokens)
    {
        JsonElement list = given.List("token_logprobs"), names = given.List("tokens", list.GetArrayLength());
        var logProbs = new float[list.GetArrayLength()];
        int at = 0;
        foreach (JsonElement value in list.EnumerateArray()) logProbs[at++] = LogProb(value.Number("token_logprobs"));
        return (tokens is null ? Named(names) : Same(tokens, logProbs.Length), logProbs);
    }

    // vLLM and SGLang with return_tokens_as_token_ids: "token_id:17".
    private static int[]? Named(JsonElement names)
    {
        var ids = new int[names.GetArrayLength()];
        int at = 0;
        foreach (JsonElement name in names.EnumerateArray())
        {
            if (name.ValueKind != JsonValueKind.String || name.GetString() is not { } text
                || !text.StartsWith(TokenId, StringComparison.Ordinal)
                || !int.TryParse(text.AsSpan(TokenId.Length), NumberStyles.None, CultureInfo.InvariantCulture, out ids[at++]))
                return null;
        }
        return ids;
    }

    private static int[]? Same(int[]? tokens, int count) => tokens is null || tokens.Length == count ? tokens
        : throw Wrong($"gave {count} log-probabilities of {tokens.Length} tokens");

    private static int[] Tokens(JsonElement list)
    {
        var tokens = new int[list.GetArrayLength()];
        int at = 0;
        foreach (JsonElement token in list.EnumerateArray()) tokens[at++] = token.Whole("token_ids");
        return tokens;
    }

    private static float LogProb(double value) => value is <= 1e-3 and > LeastLogProb ? (float)Math.Min(value, 0)
        : throw Wrong($"gave the log-probability {value}; it must be finite and at most 0");
}
