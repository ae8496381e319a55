using System.Text;
using System.Text.Json;

namespace RewardScaling.Runs.Formats;

/// <summary>Makes a row of a JSON object.</summary>
/// <remarks>
/// Inner objects are taken apart, "outer/inner"; the one that verl's file logger calls "data" is taken up without a prefix. null is
/// a missing cell; true and false are 1 and 0; a list of one-element lists is a list. A text that is a dictionary with numbers in
/// it, JSON's or Python's, is taken apart as well. Integers that a double does not hold are texts.
/// </remarks>
internal sealed class JsonRow(RunTableBuilder builder, string name)
{
    private const int LongestDictionary = 1 << 16;

    private char[] _path = new char[256];

    public void Add(ReadOnlySpan<byte> json, int line)
    {
        builder.Begin(line);
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw RunText.Fault(name, line, $"this is {Describe(reader.TokenType)}; it must be an object with a name for every number");
            Object(ref reader, 0, line);
            while (reader.Read()) { }
        }
        catch (JsonException fault)
        {
            throw RunText.Fault(name, line + (int)(fault.LineNumber ?? 0), $"this is not a JSON object (at byte {fault.BytePositionInLine ?? 0})", fault);
        }
        catch (Exception fault) when (fault is InvalidOperationException or DecoderFallbackException)
        {
            throw RunText.Fault(name, line, "a text is not UTF-8 or holds half of a surrogate pair", fault);
        }
    }

    private void Object(ref Utf8JsonReader reader, int prefix, int line)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int need = prefix + reader.ValueSpan.Length + 1;
            if (need > _path.Length) Array.Resize(ref _path, 2 * need);
            int length = prefix + reader.CopyString(_path.AsSpan(prefix));
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                if (length == 4 && _path.AsSpan(0, 4) is "data") length = 0;
                else _path[length++] = '/';
                Object(ref reader, length, line);
            }
            else if (!Cell(ref reader, _path.AsSpan(0, length))) throw RunText.Fault(name, line, $"'{_path.AsSpan(0, length)}' is there twice");
        }
    }

    private bool Cell(ref Utf8JsonReader reader, ReadOnlySpan<char> column)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return reader.ValueSpan.Length > 15 && reader.ValueSpan.IndexOfAny("eE."u8) < 0
                    ? builder.Add(column, Encoding.ASCII.GetString(reader.ValueSpan).AsSpan())
                        : builder.Add(column, reader.GetDouble());
            case JsonTokenType.True: return builder.Add(column, 1);
            case JsonTokenType.False: return builder.Add(column, 0);
            case JsonTokenType.Null: return true;
            case JsonTokenType.String: return Text(reader.GetString()!, column);
            default:
                return List(ref reader) is var list && list is string text ? builder.Add(column, text.AsSpan())
                : builder.Add(column, list);
        }
    }

    private bool Text(string text, ReadOnlySpan<char> column)
    {
        if (!builder.Add(column, text.AsSpan())) return false;
        if (text.Length is < 5 or > LongestDictionary || text[0] != '{' || text[^1] != '}') return true;
        int at = 0;
        if (PythonDictionary.Read(text, ref at, out var cells, out _) != PythonDictionary.Result.Read || at != text.Length
            || !cells.Exists(static cell => cell.Cell.Kind == RunCellKind.Number)) return true;
        foreach (var (inner, cell) in cells) builder.TryAdd($"{column}/{inner}", cell);
        return true;
    }

    private static object List(ref Utf8JsonReader reader)
    {
        Utf8JsonReader again = reader;
        if (Numbers(ref reader) is { } numbers) return numbers;
        reader = again;
        if (Texts(ref reader) is { } texts) return texts;
        reader = again;
        if (Messages(ref reader) is { } conversation) return conversation;
        reader = again;
        reader.Skip();
        return new RunOther("a list that is not of numbers");
    }

    private static double[]? Numbers(ref Utf8JsonReader reader)
    {
        var numbers = new List<double>();
        while (reader.Read())
        {
            double value = 0;
            switch (reader.TokenType)
            {
                case JsonTokenType.EndArray: return [.. numbers];
                case JsonTokenType.Number: value = reader.GetDouble(); break;
                case JsonTokenType.True: value = 1; break;
                case JsonTokenType.False: break;
                case JsonTokenType.Null: value = RunCell.Null; break;
                case JsonTokenType.String when RunText.TryNumber(reader.GetString(), out value): break;
                case JsonTokenType.StartArray when Numbers(ref reader) is [var only]: value = only; break;
                default: return null;
            }
            numbers.Add(value);
        }
        return null;
    }

    // [{"role": "user", "content": ".."}]: a prompt is what it says, as PlainChat writes it.
    private static string? Messages(ref Utf8JsonReader reader)
    {
        List<(string Role, string Content)> messages = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? role = null, content = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && PlainChat.Roles.Contains(name)) role ??= reader.GetString();
                else if (reader.TokenType == JsonTokenType.String && PlainChat.Contents.Contains(name)) content ??=
                    reader.GetString();
                else reader.Skip();
            }
            if (role is null || content is null) return null;
            messages.Add((PlainChat.Role(role), content));
        }
        return reader.TokenType == JsonTokenType.EndArray && messages.Count > 0 ? PlainChat.Text(messages) : null;
    }

    private static string[]? Texts(ref Utf8JsonReader reader)
    {
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) return null;
            texts.Add(reader.GetString()!);
        }
        return [.. texts];
    }

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.Number => "a number",
        JsonTokenType.String => "a text",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}
