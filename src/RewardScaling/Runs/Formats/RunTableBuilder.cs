namespace RewardScaling.Runs.Formats;

/// <summary>Takes rows one after another, column by column.</summary>
internal sealed class RunTableBuilder
{
    private readonly Dictionary<string, ColumnCells> _byName = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, ColumnCells>> _columns = [];
    private readonly ChunkedList<int> _lines = new();

    /// <summary>How many rows there are.</summary>
    public int RowCount => _lines.Count;

    /// <summary>How many columns there are.</summary>
    public int ColumnCount => _columns.Count;

    private int Row => _lines.Count - 1;

    /// <summary>Whether some cell is a number.</summary>
    public bool HasNumbers { get; private set; }

    /// <summary>Begins the next row.</summary>
    /// <param name="line">The line of the file where it begins, from 1.</param>
    public void Begin(int line) => _lines.Add(line);

    /// <summary>A column by its name; made where there is none.</summary>
    public ColumnCells Column(ReadOnlySpan<char> name)
    {
        var byName = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byName.TryGetValue(name, out ColumnCells? column)) return column;
        column = new();
        _columns.Add(new(name.ToString(), column));
        byName[name] = column;
        return column;
    }

    /// <summary>Whether the row begun last has a cell in a column.</summary>
    public bool Has(ReadOnlySpan<char> name) =>
        _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out ColumnCells? column) && column.LastRow == Row;

    /// <summary>Adds a number to the row begun last; false where the row has a cell in that column already.</summary>
    public bool Add(ReadOnlySpan<char> name, double number)
    {
        ColumnCells column = Column(name);
        if (column.LastRow == Row) return false;
        column.Add(Row, number);
        return HasNumbers = true;
    }

    /// <summary>Adds a text.</summary>
    public bool Add(ReadOnlySpan<char> name, ReadOnlySpan<char> text)
    {
        ColumnCells column = Column(name);
        if (column.LastRow == Row) return false;
        column.Add(Row, text);
        return true;
    }

    /// <summary>Adds a list, or what is of no use.</summary>
    public bool Add(ReadOnlySpan<char> name, object value)
    {
        ColumnCells column = Column(name);
        if (column.LastRow == Row) return false;
        column.Add(Row, value);
        return true;
    }

    /// <summary>Adds a cell; false where the row has one in that column already.</summary>
    public bool TryAdd(ReadOnlySpan<char> name, RunCell cell)
    {
        ColumnCells column = Column(name);
        if (column.LastRow == Row) return false;
        column.Add(Row, cell);
        HasNumbers |= cell.Kind == RunCellKind.Number;
        return true;
    }

    /// <summary>What has been taken, for tables.</summary>
    public RunTableData ToData() => new(_lines, _columns);

    /// <summary>Adds a field of a file that has texts only.</summary>
    public void AddField(ColumnCells column, ReadOnlySpan<char> text)
    {
        column.AddField(Row, text);
        HasNumbers |= !HasNumbers && RunText.TryNumber(text, out _);
    }
}
