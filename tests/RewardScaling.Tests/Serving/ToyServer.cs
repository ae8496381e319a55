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
            "/v1/completions" when body.RootElement.TryGetProperty("prompt_logprobs", out _) || body.RootElement.TryGetProperty("echo", out _) => Given(body.RootElement),
            "/completion" => Written(body.RootElement),
            // From 128 on a token is half a character.
            "/detokenize" => body.RootElement.GetProperty("tokens")[0].GetInt32() < 128 ? "{\"content\":\"a\"}" : "{\"content\":\"\uFFFD\"}",
            "/v1/completions" => Completions(body.RootElement),
            "/score" => Scores(body.RootElement),
            "/classify" => Numbered(body.RootElement, "\"probs\":[{0}],\"num_classes\":1"),
            "/pooling" => Numbered(body.RootElement, "\"data\":[[0.5],[{0}]]"),
            "/predict" => "[" + string.Join(',', body.RootElement.GetProperty("inputs").EnumerateArray().Select(static text =>
                Said($"[{{{{\"score\":{{0}},\"label\":\"LABEL_0\"}}}}]", text[0].GetString()!))) + "]",
            "/" => Own(body.RootElement),
            "/generate" => Generated(body.RootElement),
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

    /// <summary>The log-probability of a token behind others.</summary>
    public static double LogProb(IReadOnlyList<int> before, int token) => -1 - Hash($"{string.Join(',', before)}|{token}")[0] / 256.0;

    /// <summary>llama-server under a grammar: of tokens, behind which only the end token 0 is left, or of a letter, with the log-probabilities of all tokens.</summary>
    private static string Written(JsonElement body)
    {
        int[] prompt = [.. body.GetProperty("prompt").EnumerateArray().Select(static token => token.GetInt32())];
        string grammar = body.GetProperty("grammar").GetString()!;
        int[] given = [.. grammar.Split("<[")[1..].Select(static part => int.Parse(part.Split(']')[0], CultureInfo.InvariantCulture))];
        if (given.Length < body.GetProperty("n_predict").GetInt32()) given = [.. given, grammar.Contains("[a-z]", StringComparison.Ordinal) ? 'a' : 0];
        string all = body.GetProperty("n_probs").GetInt32() == 1 ? "" : string.Join(',', Enumerable.Range(0, 256).Select(token => Entry(prompt, token, "")));
        return $"{{\"completion_probabilities\":[{string.Join(',', given.Select((token, t) => Entry([.. prompt, .. given[..t]], token, all)))}]}}";
    }

    private static string Entry(int[] before, int token, string all) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{token},\"logprob\":{LogProb(before, token):R},\"top_logprobs\":[{all}]}}");

    /// <summary>Given tokens: by prompt_logprobs or by echo.</summary>
    public static string Given(JsonElement body)
    {
        int[] tokens = [.. body.GetProperty("prompt").EnumerateArray().Select(static token => token.GetInt32())];
        string[] logProbs = [.. tokens.Select((token, t) => t == 0 ? "null" : LogProb(tokens[..t], token).ToString("R", CultureInfo.InvariantCulture))];
        string said = body.TryGetProperty("echo", out _)
            ? $"\"logprobs\":{{\"tokens\":[{string.Join(',', tokens.Select(static _ => "\"\""))}],\"token_logprobs\":[{string.Join(',', logProbs)}]}}"
            : $"\"prompt_logprobs\":[{string.Join(',', tokens.Select((token, t) => t == 0 ? "null" : $"{{\"{token}\":{{\"logprob\":{logProbs[t]}}}}}"))}]";
        return $"{{\"choices\":[{{\"index\":0,\"text\":\"\",\"finish_reason\":\"length\",{said}}}]}}";
    }

    private static string Generated(JsonElement body)
    {
        int[] tokens = [.. body.GetProperty("input_ids").EnumerateArray().Select(static token => token.GetInt32())];
        return $"{{\"text\":\"\",\"meta_info\":{{\"input_token_logprobs\":[{string.Join(',', tokens.Select((token, t) => t == 0 ? $"[null,{token},null]" : string.Create(CultureInfo.InvariantCulture, $"[{LogProb(tokens[..t], token):R},{token},null]")))}]}}}}";
    }

    // What a text as a whole scores: prompts of the tests end with a colon.
    private static string Said(string form, string whole)
    {
        int colon = whole.IndexOf(':', StringComparison.Ordinal) + 1;
        return string.Format(CultureInfo.InvariantCulture, form, Score(whole[..colon], whole[colon..]).ToString("R", CultureInfo.InvariantCulture));
    }

    private static string Numbered(JsonElement body, string form) => "{\"object\":\"list\",\"data\":[" + string.Join(',',
        body.GetProperty("input").EnumerateArray().Select((text, i) => string.Create(CultureInfo.InvariantCulture, $"{{{{\"index\":{i},{Said(form, text.GetString()!)}}}}}").Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal))) + "]}";

    // In another order than asked: the id says whose a score is.
    private static string Own(JsonElement body) => "{\"scores\":[" + string.Join(',', body.GetProperty("rollouts").EnumerateArray().Reverse().Select(static rollout =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{rollout.GetProperty("id").GetString()}\",\"score\":{Score(rollout.GetProperty("prompt").GetString()!, rollout.GetProperty("response").GetString()!):R}}}"))) + "]}";

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
