namespace RewardScaling.Runs.Formats;

/// <summary>Finds out how a file is written, and has it read.</summary>
internal static class RunTableReader
{
    /// <summary>How many lines of metrics a file must have that begins like another format, to be taken for printed
    /// output.</summary>
    private const int FewRows = 2;

    public static RunTable Read(RunSource source)
    {
        ReadOnlySpan<byte> head = source.Head.Span;
        if (EventFile.Is(head)) return Of(source, RunFileFormat.EventFile, EventFile.Read);
        if (NumpyFile.Is(head)) return Of(source, RunFileFormat.NumPy, static (file, builder, _) =>
            { NumpyFile.Read(file, builder); return 0; });
        ReadOnlySpan<byte> content = JsonRows.Content(head);
        if (content.IsEmpty && head.Length < 1 << 16) throw new InvalidDataException($"{source.Name} is empty.");
        if (content.Contains((byte)0)) throw new InvalidDataException($"{source.Name} is no text (it has bytes of 0) and no format that is known; save the table as CSV or JSON lines.");
        // Python prints a dictionary's names in single quotes: that is output, not JSON.
        if (content is [(byte)'[', ..] || (content is [(byte)'{', ..]
            && content[1..].TrimStart(" \t\r\n"u8) is [(byte)'"' or (byte)'}', ..])) return Json(source);
        if (MetricFile.Is(head)) return Of(source, RunFileFormat.MetricFile, static (file, builder, _) =>
            { MetricFile.Read(file, builder); return 0; });
        return Text(source);
    }

    private static RunTable Json(RunSource source)
    {
        // Output may begin with a line of JSON.
        if (HasProse(JsonRows.Content(source.Head.Span)) && Printed(source, FewRows) is { } output) return output;
        var builder = new RunTableBuilder();
        var notes = new List<string>();
        var rows = new JsonRow(builder, source.Name);
        try
        {
            RunFileFormat format = JsonRows.Read(source, (json, line, run) =>
            {
                rows.Add(json, line);
                if (run is not null) builder.Add("run", run.AsSpan());
            }, notes.Add);
            return new(source.Name, format, builder.ToData(), 0, notes);
        }
        catch (InvalidDataException) when (builder.RowCount == 0 && JsonRows.Content(source.Head.Span)[0] == '['
            && Printed(source, 1) is { } printed)
        {
            // "[2025-01-02][INFO] {'kl': ..}"
            return printed;
        }
    }

    // A first line that is a whole object, and one that begins with a letter or a parenthesis.
    private static bool HasProse(ReadOnlySpan<byte> content)
    {
        int end = content.IndexOf((byte)'\n');
        if (content[0] != '{' || end < 0 || content[..end].TrimEnd((byte)'\r') is not [.., (byte)'}']) return false;
        foreach (Range range in content.Split((byte)'\n'))
            if (content[range].TrimStart(" \t\r"u8) is [var first, ..]
                && (first == '(' || char.IsAsciiLetter((char)first))) return true;
        return false;
    }

    private static RunTable Text(RunSource source)
    {
        CsvDialect dialect = CsvDialect.Of(source.Head.Span);
        // Lines of metrics have as many commas or bars each, but are no table; a field of a CSV quotes what it holds.
        ReadOnlySpan<byte> content = JsonRows.Content(source.Head.Span),
            line = content[..Math.Max(0, content.IndexOf((byte)'\n'))];
        bool isDictionary = line.IndexOf("{'"u8) >= 0 || line.IndexOf("{\""u8) >= 0;
        if ((isDictionary || !dialect.IsTable || !MayHoldNumbers(source, dialect))
            && Printed(source, isDictionary || !dialect.IsTable ? 1 : FewRows, mustBe: !dialect.IsTable) is { } printed)
            return printed;
        var builder = new RunTableBuilder();
        var notes = new List<string>();
        try
        {
            CsvRows.Read(source, dialect, builder, notes.Add);
            return dialect.IsTable || builder.HasNumbers || !IsProse(source)
                ? new(source.Name, RunFileFormat.Csv, builder.ToData(), 0, notes) : throw Prose(source, null);
        }
        catch (InvalidDataException) when ((builder.RowCount <= CsvRows.Trial || !builder.HasNumbers)
            && Printed(source, FewRows) is { } output)
        {
            return output;
        }
        catch (InvalidDataException fault) when (!builder.HasNumbers && fault.InnerException is null
            && (IsProse(source) || (!dialect.IsTable && HasNoNumbers(source))))
        {
            throw Prose(source, fault);
        }
    }

    // Whether some field of the first lines is a number, as a table of metrics has them: a million lines of texts would fill
    // memory before it is seen that none is.
    private static bool MayHoldNumbers(RunSource source, CsvDialect dialect)
    {
        ReadOnlySpan<byte> head = source.Head.Span;
        int whole = head.LastIndexOf((byte)'\n') + 1;
        var builder = new RunTableBuilder();
        try
        {
            CsvRows.Read(RunSource.OfBytes((whole > 0 ? head[..whole] : head).ToArray(), source.Name, new()), dialect, builder,
                static _ => { });
        }
        catch (InvalidDataException)
        {
            return true;
        }
        return builder.HasNumbers || builder.RowCount == 0;
    }

    private static InvalidDataException Prose(RunSource source, Exception? inner) => new($"{source.Name} is text without a line of metrics that is known: no dictionary, no 'step:7 - name:value', no 'step=7 name=value'. Give the file that the metrics were written to (trainer_state.json, metrics.jsonl, event files), or log them on such lines.", inner);

    // Lines of words: a header of a table has as few as it has columns.
    private static bool IsProse(RunSource source) => Share(source, static line =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= 3) > 1.0 / 3;

    private static bool HasNoNumbers(RunSource source) => Share(source, static line =>
        !Array.Exists(line.Split([' ', ',', ';', '\t', '|']), static field => RunText.TryNumber(field, out _))) > 2.0 / 3;

    // How many of the first lines are of a kind; 0 of a single one.
    private static double Share(RunSource source, Func<string, bool> isOfKind)
    {
        string head = System.Text.Encoding.UTF8.GetString(source.Head.Span);
        string[] lines = [.. head.Split('\n').Where(static line => !string.IsNullOrWhiteSpace(line)).Take(20)];
        return lines.Length > 1 ? lines.Count(isOfKind) / (double)lines.Length : 0;
    }

    // mustBe: lines that look like metrics and cannot be read are a fault, where none can be read.
    private static RunTable? Printed(RunSource source, int fewest, bool mustBe = false)
    {
        var builder = new RunTableBuilder();
        var notes = new List<string>();
        MetricLines read = MetricLines.Read(source, builder, notes.Add);
        if (builder.RowCount >= fewest) return new(source.Name, RunFileFormat.MetricLines, builder.ToData(), read.Others, notes);
        return mustBe && read.Unread > 0 ? throw new InvalidDataException($"{source.Name} has no line of metrics that can be read; the first that looks like one is {read.FirstUnread}.") : null;
    }

    private static RunTable Of(RunSource source, RunFileFormat format, Func<RunSource, RunTableBuilder, Action<string>, int> read)
    {
        var builder = new RunTableBuilder();
        var notes = new List<string>();
        int others = read(source, builder, notes.Add);
        return new(source.Name, format, builder.ToData(), others, notes);
    }
}
