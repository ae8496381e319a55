using System.Text.Json;
using RewardScaling.Models;

namespace RewardScaling.Serving;

/// <summary>
/// How samples are asked for. Every option of sampling is sent, for what is left out is the server's own: llama-server cuts by
/// top-k 40, top-p 0.95 and min-p 0.05 at temperature 0.8, vLLM takes what the model's generation_config.json says.
/// </summary>
/// <param name="options">How the policy is asked.</param>
/// <param name="sampling">How samples are drawn.</param>
/// <param name="model">The model's name, or null.</param>
internal sealed class SamplingRequest(ServedPolicyOptions options, SamplingOptions sampling, string? model)
{
    /// <summary>The path it is sent to.</summary>
    public string Path => options.Chat ? "/v1/chat/completions" : IsLlama ? LlamaCompletions.Path : "/v1/completions";

    private bool IsLlama => options is { Kind: ServerKind.LlamaCpp, Chat: false };

    /// <summary>Refuses what the server has no word for.</summary>
    /// <param name="byToken">Whether the answer is wanted in the server's tokens.</param>
    /// <exception cref="ArgumentException">The options cannot be obeyed by this server.</exception>
    public void Require(bool byToken)
    {
        if (options.Kind == ServerKind.OpenAi && sampling.Cut.TopK != int.MaxValue)
            throw new ArgumentException("A server of the kind OpenAi has no top-k; leave it out, or say which server it is (ServedPolicyOptions.Kind).");
        if (byToken && sampling.EndToken is null && options.Kind is ServerKind.LlamaCpp or ServerKind.OpenAi)
            throw new ArgumentException($"A server of the kind {options.Kind} ends a response at the model's end token and cannot write on behind it; give SamplingOptions.EndToken.");
    }

    /// <summary>Writes the request.</summary>
    /// <param name="json">Where it goes.</param>
    /// <param name="prompt">The prompt's text, for servers asked by text.</param>
    /// <param name="tokens">The prompt's tokens; empty where the text is sent.</param>
    /// <param name="samples">How many.</param>
    /// <param name="seed">At least 0.</param>
    public void Write(Utf8JsonWriter json, string prompt, ReadOnlySpan<int> tokens, int samples, int seed)
    {
        bool byToken = tokens.Length > 0;
        json.WriteStartObject();
        if (model is not null) json.WriteString("model"u8, model);
        WritePrompt(json, prompt, tokens);
        json.WriteNumber("n"u8, samples);
        json.WriteNumber(IsLlama ? "n_predict"u8 : "max_tokens"u8, options.MaxTokens ?? sampling.ResponseLength);
        json.WriteNumber("temperature"u8, sampling.Temperature);
        json.WriteNumber("top_p"u8, sampling.Cut.TopP);
        json.WriteNumber("presence_penalty"u8, 0);
        json.WriteNumber("frequency_penalty"u8, 0);
        json.WriteNumber("seed"u8, seed);
        json.WriteBoolean("stream"u8, false);
        if (options.LogProbs != ServedLogProbs.None)
        {
            if (options.Chat) json.WriteBoolean("logprobs"u8, true);
            else if (IsLlama) json.WriteNumber("n_probs"u8, 1);
            else json.WriteNumber("logprobs"u8, 1);
        }
        if (options.Kind != ServerKind.OpenAi) WriteOwn(json, byToken);
        json.WriteEndObject();
    }

    private void WritePrompt(Utf8JsonWriter json, string prompt, ReadOnlySpan<int> tokens)
    {
        if (options.Chat)
        {
            json.WriteStartArray("messages"u8);
            if (options.SystemMessage is { } system) WriteMessage(json, "system", system);
            WriteMessage(json, "user", prompt);
            json.WriteEndArray();
        }
        else if (tokens.Length > 0)
        {
            json.WriteStartArray("prompt"u8);
            foreach (int token in tokens) json.WriteNumberValue(token);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("prompt"u8, prompt);
        }
    }

    private static void WriteMessage(Utf8JsonWriter json, string role, string content)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, content);
        json.WriteEndObject();
    }

    private void WriteOwn(Utf8JsonWriter json, bool byToken)
    {
        bool llama = options.Kind == ServerKind.LlamaCpp;
        json.WriteNumber("top_k"u8, sampling.Cut.TopK < int.MaxValue ? sampling.Cut.TopK : llama ? 0 : -1);
        json.WriteNumber("min_p"u8, 0);
        json.WriteNumber(llama ? "repeat_penalty"u8 : "repetition_penalty"u8, 1);
        if (llama)
        {
            // Its own order cuts before the temperature; the rule here is the temperature first.
            json.WriteStartArray("samplers"u8);
            foreach (string sampler in (ReadOnlySpan<string>)["temperature", "top_k", "top_p"]) json.WriteStringValue(sampler);
            json.WriteEndArray();
            json.WriteBoolean("return_tokens"u8, true);
            json.WriteBoolean(LlamaCompletions.Cache, false);
            if (options.LogProbs == ServedLogProbs.Processed) json.WriteBoolean("post_sampling_probs"u8, true);
            return;
        }
        json.WriteBoolean("return_token_ids"u8, byToken);
        json.WriteBoolean("ignore_eos"u8, byToken && sampling.EndToken is null);
        if (byToken && sampling.EndToken is { } end)
        {
            json.WriteStartArray("stop_token_ids"u8);
            json.WriteNumberValue(end);
            json.WriteEndArray();
        }
    }
}
