namespace RewardScaling.Runs;

/// <content>Tables made of tables: what the interpretation of a run needs, whatever the rows were read from.</content>
public sealed partial class RunTable
{
    /// <summary>Some of the rows, in the order given.</summary>
    /// <param name="rows">Rows from 0; at least one.</param>
    /// <param name="name">What messages call it; null for this table's name.</param>
    internal RunTable Take(IEnumerable<int> rows, string? name = null) =>
        new(name ?? Name, Format, [.. rows.Select(row => _rows[row])], OtherLines);

    /// <summary>The same rows with other names for the columns; a name that is null leaves its column out.</summary>
    /// <param name="nameOf">The new name; of two columns that get the same one, the first in a row stays.</param>
    /// <param name="name">What messages call it; null for this table's name.</param>
    internal RunTable Renamed(Func<string, string?> nameOf, string? name = null)
    {
        var names = Columns.ToDictionary(static column => column, nameOf, StringComparer.Ordinal);
        return new(name ?? Name, Format, [.. _rows.Select(row =>
        {
            var cells = new Dictionary<string, RunCell>(StringComparer.Ordinal);
            foreach (var (column, cell) in row.Cells)
                if (names[column] is { } renamed) cells.TryAdd(renamed, cell);
            return new RunRow(row.Line, cells);
        })], OtherLines);
    }

    /// <summary>The same rows with one more number each, where a row has nothing in that column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="numberOf">The number of a row; null for none.</param>
    internal RunTable With(string column, Func<int, double?> numberOf) =>
        new(Name, Format, [.. _rows.Select((row, i) => row.Cells.ContainsKey(column) || numberOf(i) is not { } number ? row
            : new RunRow(row.Line, new(row.Cells, StringComparer.Ordinal) { [column] = RunCell.Of(number) }))], OtherLines);

    /// <summary>The rows of several tables, one table after the other.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="tables">The tables; at least one.</param>
    internal static RunTable Concatenated(string name, IReadOnlyList<RunTable> tables) =>
        new(name, tables[0].Format, [.. tables.SelectMany(static table => table._rows)],
            tables.Sum(static table => table.OtherLines));

    /// <summary>What a cell holds, as it would be written; null where nothing is there. Equal cells give equal texts.</summary>
    internal string? Raw(int row, string column) => !_rows[row].Cells.TryGetValue(column, out RunCell cell) ? null
        : cell.Kind switch
        {
            RunCellKind.Number => FormattableString.Invariant($"{cell.Number:R}"),
            RunCellKind.Numbers => string.Join(' ', cell.Numbers),
            _ => cell.Text,
        };

    /// <summary>The number in a cell; null where nothing, a text, or NaN or an infinity is there.</summary>
    internal double? Finite(int row, string column) =>
        _rows[row].Cells.TryGetValue(column, out RunCell cell) && TryNumber(cell, out double value) && double.IsFinite(value)
            ? value : null;
}
