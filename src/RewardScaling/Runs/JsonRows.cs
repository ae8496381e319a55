using System.Text;
using System.Text.Json;

namespace RewardScaling.Runs;

/// <summary>Reads rows from JSON: an object on every line, an array of objects, or such an array inside an object.</summary>
/// <remarks>
/// Inner objects are taken apart, "outer/inner"; the one that verl's file logger calls "data" is taken up without a prefix. null
/// is
/// a missing cell. NaN and infinities, which Python writes though JSON has none, are read as such.
/// </remarks>
internal static class JsonRows
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    public static IEnumerable<RunRow> Lines(string text, string name)
    {
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) yield return Row(Encoding.UTF8.GetBytes(RunText.QuoteNonFinite(line)), name,
                number);
        }
    }

    /// <summary>The objects of an array: the whole document, or the one below a key of it.</summary>
    /// <param name="text">The document.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="key">The key of the array; null when the document is the array.</param>
    public static IReadOnlyList<RunRow> Entries(string text, string name, string? key)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(RunText.QuoteNonFinite(text));
        var rows = new List<RunRow>();
        int line = 1, counted = 0;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            reader.Read();
            if (key is not null) FindKey(ref reader, name, key);
            if (reader.TokenType != JsonTokenType.StartArray)
                throw RunText.Fault(name, LineAt(reader.TokenStartIndex), $"{(key is null ? "the file" : $"'{key}'")} must be an array of objects");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                long start = reader.TokenStartIndex;
                int at = LineAt(start);
                reader.Skip();
                rows.Add(Row(bytes.AsMemory((int)start, (int)(reader.BytesConsumed - start)), name, at));
            }
            while (reader.Read()) { }
        }
        catch (JsonException fault)
        {
            throw RunText.Fault(name, (int)(fault.LineNumber ?? 0) + 1, $"this is not JSON (at byte {fault.BytePositionInLine ?? 0} of the line)", fault);
        }
        return rows;

        int LineAt(long offset)
        {
            for (; counted < offset; counted++)
                if (bytes[counted] == '\n') line++;
            return line;
        }
    }

    private static void FindKey(ref Utf8JsonReader reader, string name, string key)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(key);
            reader.Read();
            if (found) return;
            reader.Skip();
        }
        throw RunText.Fault(name, 1, $"the object has no '{key}'");
    }

    private static RunRow Row(ReadOnlyMemory<byte> json, string name, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw RunText.Fault(name, line, $"this is {Describe(document.RootElement)}; it must be an object with a name for every number");
            var cells = new Dictionary<string, RunCell>(StringComparer.Ordinal);
            Add(document.RootElement, "", cells, name, line);
            return new(line, cells);
        }
        catch (JsonException fault)
        {
            throw RunText.Fault(name, line, $"this is not a JSON object (at byte {fault.BytePositionInLine ?? 0})", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw RunText.Fault(name, line, "a text holds half of a surrogate pair", fault);
        }
    }

    private static void Add(JsonElement element, string prefix, Dictionary<string, RunCell> cells, string name, int line)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string column = prefix + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Add(property.Value, column == "data" ? "" : column + "/", cells, name, line);
                continue;
            }
            if (CellOf(property.Value) is { } cell && !cells.TryAdd(column, cell))
                throw RunText.Fault(name, line, $"'{column}' is there twice");
        }
    }

    private static RunCell? CellOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => RunCell.Of(value.GetDouble()),
        JsonValueKind.String => RunCell.Of(value.GetString()!),
        JsonValueKind.True => RunCell.Of(1),
        JsonValueKind.False => RunCell.Of(0),
        JsonValueKind.Null => null,
        _ => Numbers(value) is { } numbers ? RunCell.Of(numbers) : RunCell.Unused("a list that is not of numbers"),
    };

    private static double[]? Numbers(JsonElement list)
    {
        var numbers = new List<double>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            double value = 0;
            if (item.ValueKind == JsonValueKind.Number) value = item.GetDouble();
            else if (item.ValueKind != JsonValueKind.String || !RunText.TryNumber(item.GetString(), out value)) return null;
            numbers.Add(value);
        }
        return [.. numbers];
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
