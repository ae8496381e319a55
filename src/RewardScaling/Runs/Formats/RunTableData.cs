namespace RewardScaling.Runs.Formats;

/// <summary>What tables share that are made of one file: lines and columns, of which a table shows some under names of its
/// own.</summary>
internal sealed class RunTableData
{
    private readonly Dictionary<string, ColumnCells> _byName;

    /// <summary>Takes the columns as they are.</summary>
    /// <param name="lines">The line where each row begins.</param>
    /// <param name="columns">Names, each once, and cells.</param>
    public RunTableData(ChunkedList<int> lines, IReadOnlyList<KeyValuePair<string, ColumnCells>> columns)
    {
        (Lines, Columns) = (lines, columns);
        _byName = new(columns, StringComparer.Ordinal);
    }

    public ChunkedList<int> Lines { get; }

    public IReadOnlyList<KeyValuePair<string, ColumnCells>> Columns { get; }

    public ColumnCells? this[string name] => _byName.GetValueOrDefault(name);
}
