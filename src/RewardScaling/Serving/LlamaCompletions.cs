using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using static RewardScaling.Serving.AnswerJson;

namespace RewardScaling.Serving;

/// <summary>
/// llama-server's own <c>/completion</c>. It is asked rather than <c>/v1/completions</c> because there the tokens that end inside
/// a character, and some behind them, are missing among the log-probabilities without a word; here they are all in <c>tokens</c>.
/// </summary>
/// <remarks>
/// It scores no given text, but a grammar of tokens lets it write nothing else, and the log-probabilities it then gives are those
/// before the grammar. A grammar cannot name a token that is a part of a character, nor the end token: the first are looked up
/// among the log-probabilities of all tokens, the second is all that is left behind a whole grammar.
/// </remarks>
internal sealed class LlamaCompletions(ServerConnection server)
{
    /// <summary>More than any vocabulary has.</summary>
    private const int AllTokens = 1_000_000;

    // Of a token that ends inside a character no log-probabilities are given; so a whole one must be written.
    private const string OneLetter = "root ::= [a-z]";

    private readonly ConcurrentDictionary<int, bool> _pieces = new();

    public const string Path = "/completion";

    /// <summary>Whether what a slot has read before is used again. Never: a client that dies while several samples are under way
    /// leaves slots whose cache is not of the tokens they say, and whoever comes next gets other texts with other
    /// log-probabilities.</summary>
    public static ReadOnlySpan<byte> Cache => "cache_prompt"u8;

    /// <summary>log π of every given token.</summary>
    /// <param name="prompt">Writes what goes before, tokens or a text, as entries of a list.</param>
    /// <param name="response">The given tokens; at least one.</param>
    /// <param name="endToken">The token that ends texts, or null.</param>
    /// <param name="asked">What was asked, for messages.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<float[]> ScoreAsync(Action<Utf8JsonWriter> prompt, int[] response, int? endToken, Func<string> asked,
        CancellationToken cancellationToken)
    {
        var logProbs = new float[response.Length];
        for (int from = 0, to; from < response.Length; from = to)
        {
            bool piece = await IsPieceAsync(response[from], endToken, asked, cancellationToken).ConfigureAwait(false);
            to = from + 1;
            while (!piece && to < response.Length
                && !await IsPieceAsync(response[to], endToken, asked, cancellationToken).ConfigureAwait(false)) to++;
            int begin = from, end = to;
            float[] some = await server.PostAsync(Path, json => Write(json, prompt, response, begin, end, endToken, piece),
                answer => piece ? [LookUp(answer, response[begin])] : Written(answer, response[begin..end]), asked,
                    cancellationToken)
                .ConfigureAwait(false);
            some.CopyTo(logProbs, from);
        }
        return logProbs;
    }

    /// <summary>The entries of an answer: one sample is given as it is, several as a list.</summary>
    public static JsonElement[] Entries(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Array ? answer.ByIndex("samples") : [answer];

    private async ValueTask<bool> IsPieceAsync(int token, int? endToken, Func<string> asked, CancellationToken cancellationToken)
    {
        if (token == endToken) return false;
        if (_pieces.TryGetValue(token, out bool known)) return known;
        string text = await server.PostAsync("/detokenize", json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("tokens"u8);
            json.WriteNumberValue(token);
            json.WriteEndArray();
            json.WriteEndObject();
        }, static answer => answer.Text("content"), asked, cancellationToken).ConfigureAwait(false);
        return _pieces[token] = text.Length == 0 || text.Contains('\uFFFD', StringComparison.Ordinal);
    }

    private static void Write(Utf8JsonWriter json, Action<Utf8JsonWriter> prompt, int[] response, int from, int to, int? endToken,
        bool piece)
    {
        json.WriteStartObject();
        json.WriteStartArray("prompt"u8);
        prompt(json);
        foreach (int token in response.AsSpan(0, from)) json.WriteNumberValue(token);
        json.WriteEndArray();
        int named = response[to - 1] == endToken ? to - 1 : to;
        json.WriteString("grammar"u8, piece ? OneLetter : "root ::= \"\" " + string.Join(' ', response[from..named].Select(
            static token => string.Create(CultureInfo.InvariantCulture, $"<[{token}]>"))));
        json.WriteNumber("n_predict"u8, to - from);
        json.WriteNumber("n_probs"u8, piece ? AllTokens : 1);
        json.WriteBoolean(Cache, false);
        json.WriteNumber("temperature"u8, 1);
        json.WriteStartArray("samplers"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static float[] Written(JsonElement answer, int[] given)
    {
        JsonElement list = answer.List("completion_probabilities");
        if (list.GetArrayLength() != given.Length)
            throw Wrong($"wrote {list.GetArrayLength()} of {given.Length} given tokens (does this version of llama-server know tokens in grammars, and is the end token right?)");
        var logProbs = new float[given.Length];
        for (int t = 0; t < logProbs.Length; t++)
        {
            int token = (list[t].Member("id") ?? throw Wrong($"gave no 'id' of token {t}")).Whole("id");
            if (token != given[t]) throw Wrong($"scored token {token} at place {t}, where {given[t]} was given");
            logProbs[t] = list[t].LogProb(t);
        }
        return logProbs;
    }

    private static float LookUp(JsonElement answer, int token)
    {
        JsonElement list = answer.List("completion_probabilities");
        if (list.GetArrayLength() == 0) throw Wrong($"gave no log-probabilities at token {token}");
        foreach (JsonElement entry in list[0].List("top_logprobs").EnumerateArray())
            if (entry.Member("id") is { } id && id.Whole("id") == token) return entry.LogProb(0);
        throw Wrong($"gave no log-probability of token {token}");
    }
}
