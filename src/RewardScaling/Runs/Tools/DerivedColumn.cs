namespace RewardScaling.Runs.Tools;

/// <summary>A column computed from two others, on every row that has both.</summary>
/// <param name="Name">What the column is called, an expression that a reader understands.</param>
/// <param name="Left">The first column.</param>
/// <param name="Operator">'-' or '/'.</param>
/// <param name="Right">The second column; for '-' it may be the left one's negation, written with an empty left.</param>
internal sealed record DerivedColumn(string Name, string Left, char Operator, string Right)
{
    /// <summary>The negation of a column.</summary>
    public static DerivedColumn Minus(string column) => new("-" + column, "", '-', column);

    /// <summary>A table with the column, where some row has both of the others.</summary>
    public RunTable AddTo(RunTable table)
    {
        string? left = Left.Length == 0 ? "" : ColumnNames.Find(table, [Left]), right = ColumnNames.Find(table, [Right]);
        return left is null || right is null ? table : table.With(Name, row => Of(table, row, left, right));
    }

    private double? Of(RunTable table, int row, string left, string right)
    {
        double? first = left.Length == 0 ? 0 : table.Finite(row, left), second = table.Finite(row, right);
        return Operator == '/' ? (second > 0 ? first / second : null) : first - second;
    }
}
