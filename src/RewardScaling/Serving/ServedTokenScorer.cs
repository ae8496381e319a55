using System.Globalization;
using System.Text.Json;
using RewardScaling.Models;
using static RewardScaling.Serving.AnswerJson;

namespace RewardScaling.Serving;

/// <summary>
/// A model behind a server that scores given tokens: vLLM by <c>prompt_logprobs</c>, SGLang by <c>/generate</c>, others by
/// <c>echo</c>, and llama-server, which knows neither, by a grammar that lets it write these tokens and no others, each with the
/// log-probability it had before the grammar.
/// </summary>
/// <remarks>Where a server says which tokens it has scored, they must be those asked. Its log-probabilities must be raw
/// ones.</remarks>
/// <param name="server">The server.</param>
/// <param name="kind">Whose server it is.</param>
/// <param name="endToken">The token that ends the model's texts, which llama-server lets no grammar name; null where no response
/// has it.</param>
public sealed class ServedTokenScorer(ServerConnection server, ServerKind kind, int? endToken = null) : ITokenScorer
{
    private readonly LlamaCompletions _llama = new(server);

    /// <summary>The server.</summary>
    public ServerConnection Server { get; } = server ?? throw new ArgumentNullException(nameof(server));

    /// <inheritdoc/>
    /// <exception cref="ServerException">There is no answer to be had; the message names server and sequence.</exception>
    public async ValueTask<float[]> LogProbsAsync(TokenBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var logProbs = new float[batch.TotalResponseTokens];
        var atOnce = new ParallelOptions
        {
            MaxDegreeOfParallelism = Server.Options.RequestsAtOnce,
            CancellationToken = cancellationToken
        };
        await Parallel.ForAsync(0, batch.Count, atOnce, async (i, cancel) =>
        {
            if (batch[i].ResponseLength == 0) return;
            int[] prompt = batch.Prompt(i).ToArray(), response = batch.Response(i).ToArray();
            float[] some = kind == ServerKind.LlamaCpp
                ? await _llama.ScoreAsync(json => WriteTokens(json, prompt), response, endToken, Asked, cancel)
                    .ConfigureAwait(false)
                : await Server.PostAsync(Path, json => Write(json, prompt, response), answer => Read(answer, prompt, response),
                    Asked, cancel).ConfigureAwait(false);
            some.CopyTo(logProbs, batch.ResponseOffsets[i]);

            string Asked() => string.Create(CultureInfo.InvariantCulture,
                $"the log-probabilities of sequence {i} of {batch.Count} ({response.Length} tokens behind {prompt.Length})");
        }).ConfigureAwait(false);
        return logProbs;
    }

    private static void WriteTokens(Utf8JsonWriter json, int[] tokens)
    {
        foreach (int token in tokens) json.WriteNumberValue(token);
    }

    private string Path => kind == ServerKind.SgLang ? "/generate" : "/v1/completions";

    private void Write(Utf8JsonWriter json, int[] prompt, int[] response)
    {
        json.WriteStartObject();
        if (Server.Options.Model is { } model && kind != ServerKind.SgLang) json.WriteString("model"u8, model);
        json.WriteStartArray(kind == ServerKind.SgLang ? "input_ids"u8 : "prompt"u8);
        WriteTokens(json, [.. prompt, .. response]);
        json.WriteEndArray();
        switch (kind)
        {
            case ServerKind.SgLang:
                json.WriteStartObject("sampling_params"u8);
                json.WriteNumber("max_new_tokens"u8, 1);
                json.WriteNumber("temperature"u8, 0);
                json.WriteEndObject();
                json.WriteBoolean("return_logprob"u8, true);
                json.WriteNumber("logprob_start_len"u8, 0);
                break;
            case ServerKind.Vllm:
                json.WriteNumber("max_tokens"u8, 1);
                json.WriteNumber("temperature"u8, 1);
                json.WriteNumber("prompt_logprobs"u8, 0);
                break;
            default:
                json.WriteNumber("max_tokens"u8, 0);
                json.WriteBoolean("echo"u8, true);
                json.WriteNumber("logprobs"u8, 1);
                break;
        }
        json.WriteEndObject();
    }

    private float[] Read(JsonElement answer, int[] prompt, int[] response)
    {
        if (kind == ServerKind.SgLang)
            return Generated((answer.Member("meta_info") ?? throw Wrong($"gave no 'meta_info'")).List("input_token_logprobs"), prompt, response);
        JsonElement choice = answer.List("choices", 1)[0];
        if (kind == ServerKind.Vllm) return ByToken(choice.List("prompt_logprobs"), prompt, response);
        return Echoed(choice.Member("logprobs") ?? throw Wrong($"gave no log-probabilities"), prompt, response);
    }

    // vLLM: for each token a table from tokens to their log-probabilities; nothing for the first.
    private static float[] ByToken(JsonElement list, int[] prompt, int[] response)
    {
        RequireWhole(list.GetArrayLength(), prompt, response);
        var logProbs = new float[response.Length];
        for (int t = 0; t < logProbs.Length; t++)
        {
            string token = response[t].ToString(CultureInfo.InvariantCulture);
            JsonElement entry = list[prompt.Length + t].Member(token) ?? throw Wrong($"scored another token than {token} at place {t}");
            logProbs[t] = entry.LogProb(t);
        }
        return logProbs;
    }

    // SGLang: log-probability, token and text of each.
    private static float[] Generated(JsonElement list, int[] prompt, int[] response)
    {
        RequireWhole(list.GetArrayLength(), prompt, response);
        var logProbs = new float[response.Length];
        for (int t = 0; t < logProbs.Length; t++)
        {
            JsonElement entry = list[prompt.Length + t];
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() < 2) throw Wrong($"gave no pair at place {t}");
            if (entry[1].Whole("token") != response[t]) throw Wrong($"scored token {entry[1].Whole("token")} at place {t}, where {response[t]} was given");
            logProbs[t] = entry[0].AsLogProb(t);
        }
        return logProbs;
    }

    private static float[] Echoed(JsonElement given, int[] prompt, int[] response)
    {
        JsonElement list = given.List("token_logprobs");
        RequireWhole(list.GetArrayLength(), prompt, response);
        var logProbs = new float[response.Length];
        for (int t = 0; t < logProbs.Length; t++) logProbs[t] = list[prompt.Length + t].AsLogProb(t);
        return logProbs;
    }

    private static void RequireWhole(int count, int[] prompt, int[] response)
    {
        if (count != prompt.Length + response.Length)
            throw Wrong($"gave log-probabilities of {count} tokens where {prompt.Length + response.Length} were given; does it ignore echo or prompt_logprobs (ServerKind)?");
    }
}
