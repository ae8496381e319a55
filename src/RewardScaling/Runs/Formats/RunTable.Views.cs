using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs;

/// <content>Tables made of tables: what the interpretation of a run needs, whatever the rows were read from.</content>
public sealed partial class RunTable
{
    /// <summary>Some of the rows, in the order given; their cells are shared.</summary>
    /// <param name="rows">Rows from 0; at least one.</param>
    /// <param name="name">What messages call it; null for this table's name.</param>
    internal RunTable Take(IEnumerable<int> rows, string? name = null) =>
        new(name ?? Name, Format, _data, OtherLines, Notes, [.. rows.Select(At)]);

    /// <summary>The same rows with other names for the columns; a name that is null leaves its column out.</summary>
    /// <param name="nameOf">The new name; of two columns that get the same one, the first in a row stays.</param>
    /// <param name="name">What messages call it; null for this table's name.</param>
    internal RunTable Renamed(Func<string, string?> nameOf, string? name = null)
    {
        var columns = new List<KeyValuePair<string, ColumnCells>>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string column in Columns)
        {
            if (nameOf(column) is not { } renamed) continue;
            ColumnCells cells = _data[column]!;
            if (places.TryAdd(renamed, columns.Count)) columns.Add(new(renamed, cells));
            else columns[places[renamed]] =
                new(renamed, Merged(columns[places[renamed]].Value, row => cells.TryGet(row, out RunCell cell) ? cell : null));
        }
        return new(name ?? Name, Format, new RunTableData(_data.Lines, columns), OtherLines, Notes, _rows);
    }

    /// <summary>The same rows with one more number each, where a row has nothing in that column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="numberOf">The number of a row; null for none.</param>
    internal RunTable With(string column, Func<int, double?> numberOf)
    {
        int[]? places = null;
        if (_rows is not null)
        {
            places = new int[_data.Lines.Count];
            Array.Fill(places, -1);
            for (int row = 0; row < _rows.Length; row++) places[_rows[row]] = row;
        }
        ColumnCells cells = Merged(_data[column], row => (places is null ? row : places[row]) is >= 0 and var at
            && numberOf(at) is { } number
            ? new RunCell(RunCellKind.Number, number, null) : null);
        return new(Name, Format, new RunTableData(_data.Lines,
            [.. _data.Columns.Where(one => one.Key != column), new(column, cells)]), OtherLines, Notes, _rows);
    }

    /// <summary>The rows of several tables, one table after the other.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="tables">The tables; at least one.</param>
    internal static RunTable Concatenated(string name, IReadOnlyList<RunTable> tables)
    {
        var builder = new RunTableBuilder();
        foreach (RunTable table in tables)
            for (int row = 0; row < table.RowCount; row++)
            {
                builder.Begin(table.LineOf(row));
                foreach (string column in table.Columns)
                    if (table.TryCell(row, column, out RunCell cell)) builder.TryAdd(column, cell);
            }
        return new(name, tables[0].Format, builder.ToData(), tables.Sum(static table => table.OtherLines),
            [.. tables.SelectMany(static table => table.Notes).Distinct()]);
    }

    /// <summary>What a cell holds, as it would be written; null where nothing is there. Equal cells give equal texts.</summary>
    internal string? Raw(int row, string column) => !TryCell(row, column, out RunCell cell) ? null : cell.Kind switch
    {
        RunCellKind.Number => FormattableString.Invariant($"{cell.Number:R}"),
        RunCellKind.Text => cell.Text,
        RunCellKind.Numbers => string.Join(' ', cell.Numbers),
        RunCellKind.Texts => string.Join('\n', cell.Texts),
        _ => cell.ToString(),
    };

    /// <summary>The number in a cell; null where nothing, a text, or NaN or an infinity is there.</summary>
    internal double? Finite(int row, string column) =>
        TryCell(row, column, out RunCell cell) && TryNumber(cell, out double value) && double.IsFinite(value) ? value : null;

    private ColumnCells Merged(ColumnCells? first, Func<int, RunCell?> second)
    {
        var merged = new ColumnCells();
        for (int row = 0; row < _data.Lines.Count; row++)
            if (first is not null && first.TryGet(row, out RunCell cell)) merged.Add(row, cell);
            else if (second(row) is { } other) merged.Add(row, other);
        return merged;
    }
}
