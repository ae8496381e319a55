using System.Text.Json;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Finds the rows in JSON: objects one after another, an array of objects, or one document that holds rows somewhere
/// (<see cref="JsonShapes"/>).
/// </summary>
internal static class JsonRows
{
    /// <summary>Takes a row.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="line">The line where it begins.</param>
    /// <param name="run">What tells its table from others of the same file; null where there is one.</param>
    public delegate void Sink(ReadOnlySpan<byte> json, int line, string? run);

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Gives each row to the sink.</summary>
    /// <param name="source">The file.</param>
    /// <param name="row">Takes the rows.</param>
    /// <param name="note">Takes sentences on what was not read.</param>
    /// <param name="isRow">Whether an object that stands alone in the file is a row, whatever it holds; null for no such
    /// object.</param>
    /// <exception cref="InvalidDataException">This is not JSON; the message names the line.</exception>
    public static RunFileFormat Read(RunSource source, Sink row, Action<string> note, Func<JsonElement, bool>? isRow = null)
    {
        ReadOnlySpan<byte> head = Content(source.Head.Span);
        if (head is [(byte)'[', ..])
        {
            if (head[1..].TrimStart(" \t\r\n"u8) is not [(byte)'{' or (byte)']', ..]) return Document(source, source.ReadAll(),
                1, row, note, isRow);
            Elements(source, row);
            return RunFileFormat.JsonArray;
        }
        return Sequence(source, row, note, isRow);
    }

    /// <summary>The bytes behind a byte order mark and space.</summary>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> head) =>
        (head.StartsWith("\uFEFF"u8) ? head[3..] : head).TrimStart(" \t\r\n"u8);

    private static void Elements(RunSource source, Sink row)
    {
        using ByteLines lines = source.Lines();
        var values = new JsonValues(lines, elements: true);
        while (values.Next())
        {
            if (values.IsCut) throw NotClosed(source, values, "the array is not closed at the end of the file");
            row(values.Value.Span, values.Line, null);
        }
    }

    private static RunFileFormat Sequence(RunSource source, Sink row, Action<string> note, Func<JsonElement, bool>? isRow)
    {
        using ByteLines lines = source.Lines();
        var values = new JsonValues(lines, elements: false);
        if (!values.Next()) throw new InvalidDataException($"{source.Name} is empty.");
        if (values.IsCut) throw NotClosed(source, values, "what begins here is not closed at the end of the file");
        byte[] first = values.Value.ToArray();
        (int line, bool byLine) = (values.Line, values.IsWholeLine);
        if (!values.Next()) return Document(source, first, line, row, note, isRow);
        row(first, line, null);
        do
        {
            if (values.IsCut && values.Line == lines.Number && !lines.IsClosed)
            {
                note(FormattableString.Invariant($"The last line ({values.Line}) is cut off, as by a run that was stopped while it wrote; it is left out."));
                break;
            }
            if (values.IsCut || (byLine && !values.IsWholeLine && values.Value.Span is [(byte)'{', ..]))
                throw NotClosed(source, values, "the object must be closed on its line and be alone there");
            row(values.Value.Span, values.Line, null);
        }
        while (values.Next());
        return RunFileFormat.JsonLines;
    }

    private static RunFileFormat Document(RunSource source, byte[] json, int line, Sink row, Action<string> note,
        Func<JsonElement, bool>? isRow)
    {
        if (json.AsSpan().StartsWith("\uFEFF"u8)) json = json[3..];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_strict);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && isRow?.Invoke(root) == true) row(json, line, null);
            else if (new JsonShapes(json, line, source.Name, row, note).Read(root))
                return root.ValueKind == JsonValueKind.Array ? RunFileFormat.JsonArray
                    : root.TryGetProperty("log_history"u8, out _) ? RunFileFormat.TrainerState : RunFileFormat.JsonObject;
            else if (root.ValueKind == JsonValueKind.Array)
                throw RunText.Fault(source.Name, line, "the array holds neither objects nor anything else with names for its numbers; write objects, or a CSV with a header");
            else row(json, line, null);
            return json.AsSpan().Contains((byte)'\n') ? RunFileFormat.JsonObject : RunFileFormat.JsonLines;
        }
        catch (JsonException fault)
        {
            throw RunText.Fault(source.Name, line + (int)(fault.LineNumber ?? 0), $"this is not a JSON object (at byte {fault.BytePositionInLine ?? 0} of the line)", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw RunText.Fault(source.Name, line, "a text is not UTF-8 or holds half of a surrogate pair", fault);
        }
    }

    private static InvalidDataException NotClosed(RunSource source, JsonValues values, string what) =>
        RunText.Fault(source.Name, values.Line, $"this is not a JSON object: {what}");
}
