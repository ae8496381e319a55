using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RewardScaling.Tests.Serving;

/// <summary>
/// A model behind a server, in as many words as it takes: what it writes follows from prompt, seed and number of the sample alone,
/// and so do the scores. In vLLM's form.
/// </summary>
internal static class ToyServer
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>The answer to whatever was asked.</summary>
    public static LoopbackAnswer Answer(LoopbackRequest request)
    {
        using JsonDocument body = JsonDocument.Parse(request.Body);
        return new(request.Path switch
        {
            "/v1/completions" => Completions(body.RootElement),
            "/score" => Scores(body.RootElement),
            _ => throw new InvalidOperationException($"The toy has no {request.Path}."),
        });
    }

    /// <summary>What is written behind a prompt.</summary>
    public static string Response(string prompt, int seed, int sample)
    {
        byte[] hash = Hash($"{prompt}|{seed}|{sample}");
        return new([.. hash.Take(4 + hash[31] % 8).Select(static value => Letters[value % 26])]);
    }

    /// <summary>The score of a response.</summary>
    public static double Score(string prompt, string response, double salt = 0) =>
        BitConverter.ToUInt16(Hash($"{prompt}|{response}|{salt}")) / 65536.0;

    /// <summary>Samples, in vLLM's form: a letter is a token with log-probability -1.</summary>
    public static string Completions(JsonElement body)
    {
        string prompt = Prompt(body.GetProperty("prompt"));
        int count = body.GetProperty("n").GetInt32(), seed = body.GetProperty("seed").GetInt32();
        return "{\"object\":\"text_completion\",\"choices\":[" + string.Join(',', Enumerable.Range(0, count).Select(sample =>
        {
            string text = Response(prompt, seed, sample);
            return string.Create(CultureInfo.InvariantCulture, $"{{\"index\":{sample},\"text\":\"{text}\",\"finish_reason\":\"length\",\"token_ids\":[{string.Join(',', text.Select(static c => (int)c))}],\"logprobs\":{{\"tokens\":[{string.Join(',', text.Select(static c => $"\"{c}\""))}],\"token_logprobs\":[{string.Join(',', text.Select(static _ => "-1.0"))}]}}}}");
        })) + string.Create(CultureInfo.InvariantCulture, $"],\"usage\":{{\"prompt_tokens\":{prompt.Length},\"completion_tokens\":{count * 6}}}}}");
    }

    private static string Scores(JsonElement body)
    {
        string[] prompts = [.. body.GetProperty("text_1").EnumerateArray().Select(static text => text.GetString()!)],
            responses = [.. body.GetProperty("text_2").EnumerateArray().Select(static text => text.GetString()!)];
        return "{\"object\":\"list\",\"data\":[" + string.Join(',', prompts.Select((prompt, i) => string.Create(CultureInfo.InvariantCulture,
            $"{{\"index\":{i},\"object\":\"score\",\"score\":{Score(prompt, responses[i]):R}}}"))) + "]}";
    }

    private static string Prompt(JsonElement prompt) => prompt.ValueKind == JsonValueKind.String ? prompt.GetString()!
        : new([.. prompt.EnumerateArray().Select(static token => (char)token.GetInt32())]);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
