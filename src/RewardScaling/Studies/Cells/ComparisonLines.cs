using System.Text.Json;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>Comparisons as lines of JSON. Token numbers, not text: what a policy writes need not be valid text, and must come
/// back the same.</summary>
internal static class ComparisonLines
{
    public static void Write(Stream stream, IReadOnlyList<Comparison> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                Tokens(json, "prompt", comparison.Prompt);
                Tokens(json, "chosen", comparison.Chosen.Tokens.Span[comparison.Chosen.PromptLength..]);
                Tokens(json, "rejected", comparison.Rejected.Tokens.Span[comparison.Rejected.PromptLength..]);
                json.WriteEndObject();
            }
            stream.WriteByte((byte)'\n');
        }

        static void Tokens(Utf8JsonWriter json, string name, ReadOnlySpan<int> tokens)
        {
            json.WriteStartArray(name);
            foreach (int token in tokens) json.WriteNumberValue(token);
            json.WriteEndArray();
        }
    }

    /// <exception cref="InvalidDataException">A line is no comparison; the message names it.</exception>
    public static List<Comparison> Read(string path)
    {
        var comparisons = new List<Comparison>();
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                using var json = JsonDocument.Parse(line);
                int[] prompt = Tokens(json, "prompt");
                comparisons.Add(new(new((int[])[.. prompt, .. Tokens(json, "chosen")], prompt.Length),
                    new((int[])[.. prompt, .. Tokens(json, "rejected")], prompt.Length)));
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException
            or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"{path}, line {comparisons.Count + 1}, is no comparison ({Excerpt.Of(fault)})", fault);
        }
        return comparisons;

        static int[] Tokens(JsonDocument json, string name) =>
            [.. json.RootElement.GetProperty(name).EnumerateArray().Select(static token => token.GetInt32())];
    }
}
