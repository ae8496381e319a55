using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace RewardScaling.Runs.Formats;

/// <summary>Finds the tables in a JSON document and makes rows of them, whatever their shape.</summary>
/// <remarks>
/// A table is an array of objects; an object of lists of one length (columns); "columns" with "data" as pandas and W&amp;B write
/// them; an object of objects with the same names (by run, by step, or pandas' columns); or TensorBoard's [time, step, value].
/// It may stand anywhere in the document. Where there are several, a column "run" says which a row is of.
/// </remarks>
internal sealed class JsonShapes(byte[] document, int firstLine, string name, JsonRows.Sink row, Action<string> note)
{
    private const int Deepest = 6;
    private const string History = "log_history", Columns = "columns", Data = "data";

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly List<(string Path, JsonElement Table)> _tables = [];
    private string? _unequal;
    private int _counted, _lines;

    /// <summary>Whether there is a table; its rows have gone to the sink.</summary>
    public bool Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(History, out JsonElement history))
        {
            if (history.ValueKind != JsonValueKind.Array) throw RunText.Fault(name, firstLine, $"'{History}' must be an array of objects");
            foreach (JsonElement entry in history.EnumerateArray()) Give(entry, null);
            return true;
        }
        Find(root, "", 0);
        if (_tables.Count == 0) return _unequal is null ? false : throw new InvalidDataException($"{name}: {_unequal}");
        foreach (var (path, table) in _tables) Write(table, _tables.Count > 1 ? path : null);
        if (root.ValueKind == JsonValueKind.Object && _tables[0].Path.Length > 0
            && root.EnumerateObject().Count(static property =>
                property.Value.ValueKind == JsonValueKind.Number) is > 0 and int beside)
            note($"The rows are those of {string.Join(", ", _tables.Take(5).Select(static table => $"'{table.Path}'"))}; {beside} numbers that stand beside them in the document are not read.");
        return true;
    }

    private void Find(JsonElement element, string path, int depth)
    {
        if (depth > Deepest) return;
        if (IsRows(element) || IsTriples(element) || IsSplit(element) || IsColumns(element, path) || IsIndexed(element, depth))
        {
            _tables.Add((path, element));
            return;
        }
        if (element.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty property in element.EnumerateObject()) Find(property.Value, path.Length == 0 ? property.Name
                : $"{path}/{property.Name}", depth + 1);
        else if (element.ValueKind == JsonValueKind.Array
            && element.EnumerateArray().All(static inner => inner.ValueKind == JsonValueKind.Array))
        {
            int index = 0;
            foreach (JsonElement inner in element.EnumerateArray()) Find(inner, FormattableString.Invariant($"{path}{(path.Length == 0 ? "" : "/")}{index++}"), depth + 1);
        }
    }

    private void Write(JsonElement table, string? run)
    {
        if (table.ValueKind == JsonValueKind.Array && IsRows(table))
            foreach (JsonElement entry in table.EnumerateArray()) Give(entry, run);
        else if (table.ValueKind == JsonValueKind.Array)
            foreach (JsonElement triple in table.EnumerateArray()) Named(["wall_time", "step", "value"], triple, run);
        else if (IsSplit(table))
        {
            string[] names = [.. table.GetProperty(Columns).EnumerateArray().Select(static column => column.GetString()!)];
            foreach (JsonElement values in table.GetProperty(Data).EnumerateArray()) Named(names, values, run);
        }
        else if (IsColumns(table, "")) ByColumn(table, run);
        else ByKey(table, run);
    }

    private static bool IsRows(JsonElement element) => element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0
        && element.EnumerateArray().All(static entry => entry.ValueKind == JsonValueKind.Object);

    private static bool IsTriples(JsonElement element) => element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0
        && element.EnumerateArray().All(static entry => entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 3
            && entry.EnumerateArray().All(static value => value.ValueKind == JsonValueKind.Number) && entry[0].GetDouble() > 1e8);

    private static bool IsSplit(JsonElement element) => element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(Columns, out JsonElement columns) && columns.ValueKind == JsonValueKind.Array
        && columns.EnumerateArray().All(static column => column.ValueKind == JsonValueKind.String)
        && element.TryGetProperty(Data, out JsonElement data) && data.ValueKind == JsonValueKind.Array
            && data.GetArrayLength() > 0
        && data.EnumerateArray().All(values => values.ValueKind == JsonValueKind.Array
            && values.GetArrayLength() == columns.GetArrayLength());

    // Lists of one length, two at least with numbers, or one and no number beside it that the list might merely belong to.
    private bool IsColumns(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) return false;
        int lists = 0, scalars = 0, length = -1;
        string first = "";
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Number) scalars++;
            if (property.Value.ValueKind != JsonValueKind.Array || !IsNumbers(property.Value)) continue;
            lists++;
            if (length < 0) (length, first) = (property.Value.GetArrayLength(), property.Name);
            else if (length != property.Value.GetArrayLength())
            {
                _unequal ??= FormattableString.Invariant($"the lists{(path.Length == 0 ? "" : $" of '{path}'")} have different lengths ('{first}' {length}, '{property.Name}' {property.Value.GetArrayLength()}), so nothing says which numbers belong together; write one object for each step.");
                return false;
            }
        }
        return scalars == 0 ? lists > 0 && length > 1 : lists > 1 && length > 2;
    }

    private static bool IsNumbers(JsonElement list)
    {
        bool any = false;
        foreach (JsonElement value in list.EnumerateArray())
        {
            if (value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) any = true;
            else if (value.ValueKind == JsonValueKind.String && RunText.TryNumber(value.GetString(), out _)) any = true;
            else if (value.ValueKind != JsonValueKind.Null) return false;
        }
        return any;
    }

    private static bool IsIndexed(JsonElement element, int depth)
    {
        if (element.ValueKind != JsonValueKind.Object || element.EnumerateObject().Count() < 2) return false;
        JsonElement first = element.EnumerateObject().First().Value;
        if (first.ValueKind != JsonValueKind.Object || !first.EnumerateObject().Any()) return false;
        return (depth == 0 || element.EnumerateObject().All(static property => IsWhole(property.Name)))
            && element.EnumerateObject().All(property => property.Value.ValueKind == JsonValueKind.Object
                && property.Value.EnumerateObject().All(static inner =>
                    inner.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
                && property.Value.EnumerateObject().Select(static inner =>
                    inner.Name).SequenceEqual(first.EnumerateObject().Select(static inner => inner.Name)));
    }

    private void ByKey(JsonElement table, string? run)
    {
        JsonProperty[] entries = [.. table.EnumerateObject()];
        if (entries[0].Value.EnumerateObject().All(static inner => IsWhole(inner.Name))
            && !entries.All(static entry => IsWhole(entry.Name)))
        {
            // pandas' to_json: by column, then by row.
            var cells = Array.ConvertAll(entries, static entry => (entry.Name, Values: entry.Value.EnumerateObject()));
            while (Advance(cells))
                Synthesize(table, run, writer =>
                {
                    foreach (var (column, values) in cells) Property(writer, column, values.Current.Value);
                });
            return;
        }
        bool steps = entries.All(static entry => IsWhole(entry.Name));
        foreach (JsonProperty entry in entries)
        {
            string column = steps ? "step" : "run";
            if (entry.Value.TryGetProperty(column, out _)) Give(entry.Value, run);
            else Synthesize(entry.Value, run, writer =>
            {
                writer.WritePropertyName(column);
                if (steps) writer.WriteNumberValue(int.Parse(entry.Name, CultureInfo.InvariantCulture));
                else writer.WriteStringValue(entry.Name);
                foreach (JsonProperty property in entry.Value.EnumerateObject()) property.WriteTo(writer);
            });
        }
    }

    private void ByColumn(JsonElement table, string? run)
    {
        var lists = new List<(string Column, IEnumerator<JsonElement> Values)>();
        var constants = new List<JsonProperty>();
        int length = table.EnumerateObject().Where(static property => property.Value.ValueKind == JsonValueKind.Array
            && IsNumbers(property.Value))
            .First().Value.GetArrayLength();
        foreach (JsonProperty property in table.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Array)
            {
                if (property.Value.GetArrayLength() == length) lists.Add((property.Name,
                    property.Value.EnumerateArray().GetEnumerator()));
            }
            else if (property.Value.ValueKind != JsonValueKind.Object) constants.Add(property);
        }
        for (int i = 0; i < length; i++)
            Synthesize(table, run, writer =>
            {
                foreach (var (column, values) in lists)
                    if (values.MoveNext()) Property(writer, column, values.Current);
                foreach (JsonProperty constant in constants) constant.WriteTo(writer);
            });
    }

    private static bool Advance((string Column, JsonElement.ObjectEnumerator Values)[] cells)
    {
        bool all = true;
        for (int i = 0; i < cells.Length; i++) all &= cells[i].Values.MoveNext();
        return all;
    }

    private void Named(string[] names, JsonElement values, string? run) => Synthesize(values, run, writer =>
    {
        int i = 0;
        foreach (JsonElement value in values.EnumerateArray()) Property(writer, names[i++], value);
    });

    private static void Property(Utf8JsonWriter writer, string column, JsonElement value)
    {
        writer.WritePropertyName(column);
        value.WriteTo(writer);
    }

    private void Synthesize(JsonElement at, string? run, Action<Utf8JsonWriter> properties)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteEndObject();
        }
        row(_buffer.WrittenSpan, LineOf(at), run);
    }

    private void Give(JsonElement entry, string? run) => row(JsonMarshal.GetRawUtf8Value(entry), LineOf(entry), run);

    private int LineOf(JsonElement element)
    {
        if (document.AsSpan().Overlaps(JsonMarshal.GetRawUtf8Value(element), out int offset))
        {
            if (offset < _counted) (_counted, _lines) = (0, 0);
            _lines += document.AsSpan(_counted, offset - _counted).Count((byte)'\n');
            _counted = offset;
        }
        return firstLine + _lines;
    }

    private static bool IsWhole(string text) => text.Length is > 0 and < 10
        && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}
