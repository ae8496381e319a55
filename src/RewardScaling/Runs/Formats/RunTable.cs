using RewardScaling.Numerics;
using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs;

/// <summary>
/// A file of metrics or scores as rows and columns, whichever tool wrote it. Nothing is interpreted yet: <see cref="RunLog"/> and
/// <see cref="ScoredSamples"/> do that.
/// </summary>
/// <remarks>
/// The format is found from the content, not from the file's name; what is packed by gzip is unpacked. A line that cannot be
/// read is a fault that names it; only what a tool printed between its metrics is passed over, and counted
/// (<see cref="OtherLines"/>,
/// <see cref="Notes"/>). The file is read as a stream, and a number takes eight bytes. Immutable.
/// </remarks>
public sealed partial class RunTable
{
    private readonly RunTableData _data;
    private readonly int[]? _rows;

    internal RunTable(string name, RunFileFormat format, RunTableData data, int otherLines, IReadOnlyList<string> notes,
        int[]? rows = null)
    {
        (Name, Format, _data, OtherLines, Notes, _rows) = (name, format, data, otherLines, notes, rows);
        RowCount = rows?.Length ?? data.Lines.Count;
        Columns = [.. data.Columns.Where(column => IsUsed(column.Value)).Select(static column => column.Key)];
        if (RowCount == 0 || Columns.Count == 0)
            throw new InvalidDataException($"{name} has no {(RowCount == 0 ? "rows" : "values: every cell is empty")}; it needs one line of metrics or scores at least.");
    }

    /// <summary>The file, as messages call it.</summary>
    public string Name { get; }

    /// <summary>How it is written.</summary>
    public RunFileFormat Format { get; }

    /// <summary>The columns that hold something in some row, in order of appearance.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>How many rows there are; at least 1.</summary>
    public int RowCount { get; }

    /// <summary>How many lines of printed output are not metrics, and how many values of an event file are no scalars; 0 for the
    /// other formats.</summary>
    public int OtherLines { get; }

    /// <summary>What of the file was not read, a sentence each: a last line that is cut off, lines of metrics that are
    /// damaged.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file: text (UTF-8, or UTF-16 with its mark), an event file or an array of NumPy, as it is or packed by
    /// gzip.</param>
    /// <param name="options">How much may be read; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is a folder, larger than allowed, something else than a table, or cannot be read; the
    /// message says what it is or names the line, and what to do.</exception>
    public static RunTable Read(string path, RunReadOptions? options = null) =>
        RunTableReader.Read(RunSource.OfFile(path, options));

    /// <summary>Reads what can be opened, as a package does that turns another format into JSON lines.</summary>
    /// <param name="open">Opens it from its first byte; called more than once.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">How much may be read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static RunTable Read(Func<Stream> open, string name, RunReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return RunTableReader.Read(RunSource.Of(open, name, options ?? new()));
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">What the file holds.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">It cannot be read; the message names the line.</exception>
    public static RunTable Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return RunTableReader.Read(RunSource.OfText(text, name));
    }

    /// <summary>Whether some row has something in a column.</summary>
    /// <param name="column">The column's name.</param>
    public bool Has(string column) => _data[column] is { } cells && IsUsed(cells);

    /// <summary>The line of the file where a row begins, from 1; in an event file the record.</summary>
    /// <param name="row">The row, from 0.</param>
    public int LineOf(int row) => _data.Lines[At(row)];

    /// <summary>Whether a cell is empty, null or not there.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column's name.</param>
    public bool IsMissing(int row, string column) => _data[column]?.Has(At(row)) != true;

    /// <summary>Whether a cell holds NaN or an infinity.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column's name.</param>
    public bool IsNonFinite(int row, string column) => TryCell(row, column, out RunCell cell)
        && TryNumber(cell, out double value) && !double.IsFinite(value);

    /// <summary>A number.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column's name.</param>
    /// <exception cref="InvalidDataException">The cell is missing, not a number or not finite; the message names file, line, column
    /// and value.</exception>
    public double Number(int row, string column)
    {
        RunCell cell = Cell(row, column);
        if (!TryNumber(cell, out double value)) throw Fault(row, column, $"{cell} is not a number; map another column or mend the line");
        if (!double.IsFinite(value)) throw Fault(row, column, $"{cell} is not a finite number; remove the line, or ask for such lines to be left out (NonFiniteRule.LeaveOut, --skip-nan)");
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

    /// <summary>The rows whose cell in a column has this text, or is this number: one run of a file that holds several.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="value">The text; for a number as it would be written, or another way to write it (0.10 for 0.1).</param>
    /// <exception cref="InvalidDataException">No row has it; the message names the values there are.</exception>
    public RunTable Where(string column, string value)
    {
        int[] rows = [.. Enumerable.Range(0, RowCount).Where(row => !IsMissing(row, column) && Text(row, column) == value)];
        if (rows.Length == 0 && RunText.TryNumber(value, out double number))
            rows = [.. Enumerable.Range(0, RowCount).Where(row => TryCell(row, column, out RunCell cell)
                && TryNumber(cell, out double held) && held.Equals(number))];
        if (rows.Length > 0) return Take(rows);
        throw new InvalidDataException($"{Name} has no row with {column} = {value}; there are {string.Join(", ", Values(column).Take(20).DefaultIfEmpty("none"))}.");
    }

    /// <summary>The different texts in a column, in order of appearance.</summary>
    internal IEnumerable<string> Values(string column) =>
        Enumerable.Range(0, RowCount).Where(row => !IsMissing(row, column)).Select(row => Text(row, column)).Distinct();

    /// <summary>A list of numbers, as one cell of JSON may hold.</summary>
    internal double[] Numbers(int row, string column)
    {
        double[] numbers = NumbersOrNull(row, column);
        for (int i = 0; i < numbers.Length; i++)
            if (!double.IsFinite(numbers[i])) throw Fault(row, column, RunCell.IsNull(numbers[i])
                ? FormattableString.Invariant($"number {i + 1} of the list is null; leave such samples out, or ask for it (NonFiniteRule.LeaveOut, --skip-nan)")
                : FormattableString.Invariant($"number {i + 1} of the list is {numbers[i]}; scores must be finite"));
        return numbers;
    }

    /// <summary>A list of numbers in which some may be NaN, infinite or null (<see cref="RunCell.IsNull"/>).</summary>
    internal double[] NumbersOrNull(int row, string column)
    {
        RunCell cell = Cell(row, column);
        return cell.Kind == RunCellKind.Numbers ? cell.Numbers : throw Fault(row, column, $"{cell} is not a list of numbers");
    }

    internal bool IsList(int row, string column) => TryCell(row, column, out RunCell cell) && cell.Kind == RunCellKind.Numbers;

    /// <summary>The cell as it is; false where it is missing.</summary>
    internal bool TryCell(int row, string column, out RunCell cell)
    {
        cell = default;
        return _data[column] is { } cells && cells.TryGet(At(row), out cell);
    }

    /// <summary>Its name and size.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name}: {RowCount} rows of {Columns.Count} columns");

    internal InvalidDataException Fault(int row, string column, string what) =>
        RunText.Fault(Name, LineOf(row), $"column '{Excerpt.Of(column)}': {what}");

    private int At(int row) => _rows is null ? row : _rows[row];

    private bool IsUsed(ColumnCells cells) => _rows is null ? cells.LastRow >= 0 : Array.Exists(_rows, cells.Has);

    private RunCell Cell(int row, string column) => TryCell(row, column, out RunCell cell) ? cell
        : throw Fault(row, column, "nothing is there; every row that is used needs it");

    private static bool TryNumber(RunCell cell, out double value)
    {
        value = cell.Number;
        return cell.Kind == RunCellKind.Number || (cell.Kind == RunCellKind.Text && RunText.TryNumber(cell.Text, out value));
    }
}
