using System.Text.Json;
using RewardScaling.HuggingFace;

namespace RewardScaling.Benchmarks;

/// <summary>A tokenizer beside what <c>tokenizers</c> says of some texts and tokens (KIND.tokenizer.json, KIND.texts.jsonl).</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="Texts">Texts with their tokens, without and with those of the template.</param>
/// <param name="Tokens">Tokens with their text, special ones spelled out and left out.</param>
internal sealed record TokenizerReference(string Kind, HuggingFaceTokenizer Tokenizer,
    IReadOnlyList<(string Text, int[] Tokens, int[] InTemplate)> Texts, IReadOnlyList<(int[] Tokens, string Kept, string Skipped)> Tokens)
{
    private const string TokenizerEnd = ".tokenizer.json";

    /// <summary>The kinds in a folder, in order.</summary>
    public static IReadOnlyList<string> Kinds(string folder) =>
        [.. Directory.GetFiles(folder, $"*{TokenizerEnd}").Select(static path => Path.GetFileName(path)[..^TokenizerEnd.Length]).Order(StringComparer.Ordinal)];

    /// <summary>Reads one kind.</summary>
    public static TokenizerReference Read(string folder, string kind)
    {
        List<(string, int[], int[])> texts = [];
        List<(int[], string, string)> tokens = [];
        foreach (string line in File.ReadLines(Path.Combine(folder, $"{kind}.texts.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("text", out JsonElement text)) texts.Add((text.GetString()!, Ids(root, "ids"), Ids(root, "special")));
            else tokens.Add((Ids(root, "ids"), root.GetProperty("kept").GetString()!, root.GetProperty("skipped").GetString()!));
        }
        return new(kind, HuggingFaceTokenizer.FromFile(Path.Combine(folder, kind + TokenizerEnd)), texts, tokens);
    }

    /// <summary>Every difference, in words.</summary>
    public IEnumerable<string> Differences()
    {
        foreach (var (text, tokens, inTemplate) in Texts)
        {
            int[] ours = Tokenizer.Encode(text), around = Tokenizer.EncodeInTemplate(text);
            if (!ours.AsSpan().SequenceEqual(tokens)) yield return $"{Kind}: {Quote(text)} is [{Show(ours)}], should be [{Show(tokens)}]";
            else if (!around.AsSpan().SequenceEqual(inTemplate)) yield return $"{Kind}: {Quote(text)} in its template is [{Show(around)}], should be [{Show(inTemplate)}]";
        }
        foreach (var (tokens, kept, skipped) in Tokens)
        {
            string ours = Tokenizer.DecodeWithSpecial(tokens), without = Tokenizer.Decode(tokens);
            if (ours != kept) yield return $"{Kind}: [{Show(tokens)}] is {Quote(ours)}, should be {Quote(kept)}";
            else if (without != skipped) yield return $"{Kind}: [{Show(tokens)}] without special tokens is {Quote(without)}, should be {Quote(skipped)}";
        }
    }

    private static int[] Ids(JsonElement root, string name) => [.. root.GetProperty(name).EnumerateArray().Select(static id => id.GetInt32())];

    private static string Show(int[] tokens) => string.Join(' ', tokens);

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
