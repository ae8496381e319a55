using System.Text;
using System.Text.Json;

namespace RewardScaling.RewardModels;

/// <summary>
/// Reads preferences from JSON lines: one object on each line with the strings <c>prompt</c>, <c>chosen</c> and
/// <c>rejected</c>, as the usual tools write them. Further fields and blank lines are passed over; anything else wrong is
/// a fault that names the line.
/// </summary>
public static class PreferenceFile
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file has no preference, or a line is not JSON, lacks a field, has one that is not a string or is empty, or the two
    /// responses are the same. The message begins with "path, line 17:".
    /// </exception>
    public static IReadOnlyList<Preference> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; preferences are one JSON-lines file.");
        if (!File.Exists(path)) throw new FileNotFoundException($"The preference file {path} does not exist.", path);
        var preferences = new List<Preference>();
        int number = 0;
        try
        {
            using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            while (reader.ReadLine() is { } line)
            {
                number++;
                if (!string.IsNullOrWhiteSpace(line)) preferences.Add(Parse(line, path, number));
            }
        }
        catch (DecoderFallbackException fault)
        {
            // The reader decodes blocks ahead of lines, so only the beginning of the trouble is known.
            throw new InvalidDataException($"{path} is not UTF-8 text (after line {number}); convert it to UTF-8.", fault);
        }
        if (preferences.Count == 0)
        {
            throw new InvalidDataException(
                $"{path} is without preferences; it needs lines {{\"prompt\": \"..\", \"chosen\": \"..\", \"rejected\": \"..\"}}.");
        }
        return preferences;
    }

    private static Preference Parse(string line, string path, int number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, Strict);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw Fault(path, number, $"the line is {Describe(root)}; it must be an object with prompt, chosen and rejected");
            string prompt = Field(root, "prompt", path, number);
            string chosen = Field(root, "chosen", path, number), rejected = Field(root, "rejected", path, number);
            if (chosen == rejected)
                throw Fault(path, number, "chosen and rejected are the same text; such a line teaches nothing, remove it");
            return new(prompt, chosen, rejected);
        }
        catch (JsonException fault)
        {
            throw Fault(path, number, $"this is not JSON (at byte {fault.BytePositionInLine ?? 0} of the line)", fault);
        }
    }

    private static string Field(JsonElement root, string name, string path, int number)
    {
        if (!root.TryGetProperty(name, out JsonElement value)) throw Fault(path, number, $"the field \"{name}\" is missing");
        if (value.ValueKind != JsonValueKind.String)
        {
            string advice = value.ValueKind == JsonValueKind.Array ? " (a conversation must be made one text first)" : "";
            throw Fault(path, number, $"the field \"{name}\" is {Describe(value)}; it must be a string{advice}");
        }
        try
        {
            string text = value.GetString()!;
            return text.Length > 0 ? text : throw Fault(path, number, $"the field \"{name}\" is empty");
        }
        catch (InvalidOperationException fault)
        {
            throw Fault(path, number, $"the field \"{name}\" holds half of a surrogate pair, which is not text", fault);
        }
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static InvalidDataException Fault(string path, int number, string what, Exception? inner = null) =>
        new($"{path}, line {number}: {what}.", inner);
}
