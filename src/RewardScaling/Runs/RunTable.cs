using System.Text;

namespace RewardScaling.Runs;

/// <summary>
/// A file of metrics or scores as rows and columns, whichever tool wrote it. Nothing is interpreted yet: <see cref="RunLog"/> and
/// <see cref="ScoredSamples"/> do that.
/// </summary>
/// <remarks>
/// The format is found from the content, not from the file's name. A line that cannot be read is a fault that names it; only what
/// a tool printed between its metrics is passed over, and counted (<see cref="OtherLines"/>). Immutable.
/// </remarks>
public sealed partial class RunTable
{
    private readonly IReadOnlyList<RunRow> _rows;

    private RunTable(string name, RunFileFormat format, IReadOnlyList<RunRow> rows, int otherLines)
    {
        if (rows.Count == 0) throw new InvalidDataException($"{name} has no rows; it needs one line of metrics or scores at least.");
        (Name, Format, _rows, OtherLines) = (name, format, rows, otherLines);
        Columns = [.. rows.SelectMany(static row => row.Cells.Keys).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The file, as messages call it.</summary>
    public string Name { get; }

    /// <summary>How it is written.</summary>
    public RunFileFormat Format { get; }

    /// <summary>The columns that hold something in some row, in order of appearance.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>How many rows there are; at least 1.</summary>
    public int RowCount => _rows.Count;

    /// <summary>How many lines of printed output are not metrics; 0 for the other formats.</summary>
    public int OtherLines { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is a folder, no UTF-8 text, or cannot be read; the message names the
    /// line.</exception>
    public static RunTable Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; a run is one file of metrics or scores.");
        if (!File.Exists(path)) throw new FileNotFoundException($"The file {path} does not exist.", path);
        try
        {
            return Parse(File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)), path);
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException($"{path} is not UTF-8 text; convert it to UTF-8.", fault);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">What the file holds.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">It cannot be read; the message names the line.</exception>
    public static RunTable Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ReadOnlySpan<char> content = text.AsSpan().TrimStart();
        if (content.IsEmpty) throw new InvalidDataException($"{name} is empty.");
        if (content[0] == '[') return new(name, RunFileFormat.JsonArray, JsonRows.Entries(text, name, key: null), 0);
        // Python prints a dictionary's names in single quotes: that is output, not JSON.
        if (content[0] == '{' && content[1..].TrimStart() is ['"' or '}', ..])
            return text.Contains("\"log_history\"", StringComparison.Ordinal)
                ? new(name, RunFileFormat.TrainerState, JsonRows.Entries(text, name, "log_history"), 0)
                : new(name, RunFileFormat.JsonLines, [.. JsonRows.Lines(text, name)], 0);
        return MetricLines.AreIn(text)
            ? new(name, RunFileFormat.MetricLines, MetricLines.Read(text, name, out int others), others)
            : new(name, RunFileFormat.Csv, [.. CsvRows.Read(text, name)], 0);
    }

    /// <summary>Whether some row has something in a column.</summary>
    /// <param name="column">The column's name.</param>
    public bool Has(string column) => Columns.Contains(column, StringComparer.Ordinal);

    /// <summary>The line of the file where a row begins, from 1.</summary>
    /// <param name="row">The row, from 0.</param>
    public int LineOf(int row) => _rows[row].Line;

    /// <summary>Whether a cell is empty, null or not there.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column's name.</param>
    public bool IsMissing(int row, string column) => !_rows[row].Cells.ContainsKey(column);

    /// <summary>Whether a cell holds NaN or an infinity.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column's name.</param>
    public bool IsNonFinite(int row, string column) =>
        _rows[row].Cells.TryGetValue(column, out RunCell cell) && TryNumber(cell, out double value) && !double.IsFinite(value);

    /// <summary>A number.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column's name.</param>
    /// <exception cref="InvalidDataException">The cell is missing, not a number or not finite; the message names file, line,
    /// column
    /// and value.</exception>
    public double Number(int row, string column)
    {
        RunCell cell = Cell(row, column);
        if (!TryNumber(cell, out double value)) throw Fault(row, column, $"{cell} is not a number; map another column or mend the line");
        if (!double.IsFinite(value)) throw Fault(row, column, $"{cell} is not a finite number; remove the line, or ask for such lines to be left out");
        return value;
    }

    /// <summary>A text; a number as it would be written.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column's name.</param>
    /// <exception cref="InvalidDataException">The cell is missing, or a list.</exception>
    public string Text(int row, string column)
    {
        RunCell cell = Cell(row, column);
        return cell.Kind switch
        {
            RunCellKind.Text => cell.Text,
            RunCellKind.Number => FormattableString.Invariant($"{cell.Number:R}"),
            _ => throw Fault(row, column, $"{cell} is not a text"),
        };
    }

    /// <summary>The rows whose cell in a column has this text: one run of a file that holds several.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="value">The text; for a number as it would be written.</param>
    /// <exception cref="InvalidDataException">No row has it; the message names the values there are.</exception>
    public RunTable Where(string column, string value)
    {
        RunRow[] rows = [.. Enumerable.Range(0, RowCount).Where(row => !IsMissing(row, column) && Text(row, column) == value)
            .Select(row => _rows[row])];
        if (rows.Length > 0) return new(Name, Format, rows, OtherLines);
        throw new InvalidDataException($"{Name} has no row with {column} = {value}; there are {string.Join(", ", Values(column).Take(20).DefaultIfEmpty("none"))}.");
    }

    /// <summary>The different texts in a column, in order of appearance.</summary>
    internal IEnumerable<string> Values(string column) =>
        Enumerable.Range(0, RowCount).Where(row => !IsMissing(row, column)).Select(row => Text(row, column)).Distinct();

    /// <summary>A list of numbers, as one cell of JSON may hold.</summary>
    internal double[] Numbers(int row, string column)
    {
        RunCell cell = Cell(row, column);
        if (cell.Kind != RunCellKind.Numbers) throw Fault(row, column, $"{cell} is not a list of numbers");
        for (int i = 0; i < cell.Numbers.Length; i++)
            if (!double.IsFinite(cell.Numbers[i])) throw Fault(row, column, FormattableString.Invariant($"number {i + 1} of the list is {cell.Numbers[i]}; scores must be finite"));
        return cell.Numbers;
    }

    internal bool IsList(int row, string column) =>
        _rows[row].Cells.TryGetValue(column, out RunCell cell) && cell.Kind == RunCellKind.Numbers;

    internal InvalidDataException Fault(int row, string column, string what) =>
        RunText.Fault(Name, _rows[row].Line, $"column '{column}': {what}");

    private RunCell Cell(int row, string column) => _rows[row].Cells.TryGetValue(column, out RunCell cell) ? cell
        : throw Fault(row, column, "nothing is there; every row that is used needs it");

    private static bool TryNumber(RunCell cell, out double value)
    {
        value = cell.Number;
        return cell.Kind == RunCellKind.Number || (cell.Kind == RunCellKind.Text && RunText.TryNumber(cell.Text, out value));
    }
}
