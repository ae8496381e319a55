using System.Text;
using RewardScaling.Numerics;

namespace RewardScaling.Runs.Formats;

/// <summary>Reads values with a header: RFC 4180, and its dialects with semicolons, tabs, bars or spaces.</summary>
/// <remarks>
/// Lines before the header that begin with # are comments. Blank lines are passed over. A first column without a name, as
/// pandas writes its index, is not read, nor a column that has neither name nor values. A header that comes again, as where a
/// run that was resumed appends to its file, is passed over, and so is the rule below the header of a table of Markdown.
/// </remarks>
internal static class CsvRows
{
    /// <summary>How many records a file of other things is given before a fault is the file's.</summary>
    public const int Trial = 10;

    /// <summary>Reads a file into a table.</summary>
    /// <param name="source">The file.</param>
    /// <param name="dialect">How it is written.</param>
    /// <param name="builder">Takes the rows.</param>
    /// <param name="note">Takes sentences on what was not read.</param>
    /// <exception cref="InvalidDataException">A record does not fit the header; the message names the line.</exception>
    public static void Read(RunSource source, CsvDialect dialect, RunTableBuilder builder, Action<string> note)
    {
        using ByteLines lines = source.Lines();
        var record = new CsvRecord();
        ColumnCells?[]? columns = null;
        string[] header = [];
        char[] text = new char[256];
        int repeated = 0;
        while (lines.Next())
        {
            if (lines.Line.IndexOfAnyExcept(" \t\r"u8) < 0
                || (columns is null && (lines.Line[0] == '#' || IsTold(lines.Line)))) continue;
            int start = lines.Number;
            Record(lines, record, dialect.Separator, start);
            try
            {
                if (columns is null)
                {
                    columns = Header(record, builder, start, source.Name);
                    header = [.. Enumerable.Range(0, record.Count).Select(field => Decode(record[field], ref text).ToString())];
                    continue;
                }
                if (record.Count != columns.Length)
                {
                    if (!lines.IsClosed && record.Count < columns.Length && builder.RowCount > 0)
                    {
                        note(FormattableString.Invariant($"The last line ({start}) is cut off, as by a run that was stopped while it wrote; it is left out."));
                        break;
                    }
                    throw RunText.Fault(source.Name, start, $"the line has {record.Count} fields and the header {columns.Length}; quote a field that holds the separator");
                }
                if (builder.RowCount == 0 && IsRule(record)) continue;
                if (IsHeader(record, header, ref text))
                {
                    repeated++;
                    continue;
                }
                builder.Begin(start);
                for (int i = 0; i < columns.Length; i++)
                {
                    if (record[i].IsEmpty) continue;
                    if (columns[i] is { } column) builder.AddField(column, Field(record[i], dialect.DecimalComma, ref text));
                    else if (i > 0) throw RunText.Fault(source.Name, 1, $"column {i + 1} of the header has no name, and line {start} has a value there");
                }
            }
            catch (DecoderFallbackException fault)
            {
                throw RunText.Fault(source.Name, start, "the file is not UTF-8 text; convert it to UTF-8", fault);
            }
        }
        if (repeated > 0) note(FormattableString.Invariant($"The header comes {repeated} times more, as where runs are appended to one file; what follows it is read on."));
    }

    // "sep=;" before the header is for Excel.
    private static bool IsTold(ReadOnlySpan<byte> line) => line.Trim("\uFEFF \r"u8) is [(byte)'s', (byte)'e', (byte)'p', (byte)'=', _];

    private static void Record(ByteLines lines, CsvRecord record, byte separator, int start)
    {
        record.Clear();
        try
        {
            while (!record.Take(lines.Line, separator))
                if (!lines.Next()) throw RunText.Fault(lines.Name, start, "a quoted field is not closed by the end of the file");
        }
        catch (FormatException fault)
        {
            throw RunText.Fault(lines.Name, lines.Number, fault.Message, fault);
        }
    }

    private static ColumnCells?[] Header(CsvRecord record, RunTableBuilder builder, int line, string name)
    {
        var columns = new ColumnCells?[record.Count];
        int numbers = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            string column = RunText.Strict.GetString(record[i]).Trim();
            if (column.Length == 0) continue;
            int before = builder.ColumnCount;
            columns[i] = builder.Column(column);
            if (builder.ColumnCount == before) throw RunText.Fault(name, line, $"the header names the column '{Excerpt.Of(column)}' twice");
            if (RunText.TryNumber(column, out _)) numbers++;
        }
        if (numbers == columns.Length && numbers > 1)
            throw RunText.Fault(name, line, "the first line is numbers; the file needs a header with a name for each column");
        return columns;
    }

    // The "--- | :---:" below the header of a table of Markdown.
    private static bool IsRule(CsvRecord record)
    {
        bool any = false;
        for (int i = 0; i < record.Count; i++)
        {
            if (record[i].IndexOfAnyExcept("-:"u8) >= 0) return false;
            any |= record[i].IndexOf((byte)'-') >= 0;
        }
        return any;
    }

    private static bool IsHeader(CsvRecord record, string[] header, ref char[] text)
    {
        for (int i = 0; i < header.Length; i++)
            if (!Decode(record[i], ref text).SequenceEqual(header[i])) return false;
        return true;
    }

    private static ReadOnlySpan<char> Field(ReadOnlySpan<byte> bytes, bool decimalComma, ref char[] text)
    {
        ReadOnlySpan<char> field = Decode(bytes, ref text);
        if (decimalComma && CsvDialect.IsDecimalComma(field)) text[field.IndexOf(',')] = '.';
        return field;
    }

    private static ReadOnlySpan<char> Decode(ReadOnlySpan<byte> bytes, ref char[] text)
    {
        if (bytes.Length > text.Length) text = new char[Math.Max(bytes.Length, 2 * text.Length)];
        return text.AsSpan(0, RunText.Strict.GetChars(bytes, text));
    }
}
