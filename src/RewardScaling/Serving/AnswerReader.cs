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
        JsonElement list = answer.List("choices");
        if (list.GetArrayLength() != samples)
            throw Wrong($"gave {list.GetArrayLength()} samples where {samples} were asked for{(samples > 1 ? " (if it does not know n: ServedPolicyOptions.SamplesPerRequest = 1)" : "")}");
        if (prompt.Length > 0) RequirePrompt(answer, list, prompt);
        return Array.ConvertAll(list.ByIndex("choices"), Sample);
    }

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
        return new(text, finish)
        {
            Tokens = tokens,
            LogProbs = logProbs,
            Temperature = _processed ? sampling.Temperature : 1,
            Cut = _processed ? sampling.Cut : TokenCut.None,
        };
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

    private static float LogProb(double value) => value <= 1e-3 && double.IsFinite(value) ? (float)Math.Min(value, 0)
        : throw Wrong($"gave the log-probability {value}; it must be finite and at most 0");
}
