using System.Globalization;

namespace RewardScaling.Runs.Tools;

/// <summary>The step of each row of a table, as far as one is logged.</summary>
internal sealed class RunSteps
{
    private readonly double[] _steps;

    private RunSteps(string column, double[] steps) => (Column, _steps) = (column, steps);

    /// <summary>The column; empty where no step is logged.</summary>
    public string Column { get; }

    public double? this[int row] => _steps.Length == 0 || double.IsNaN(_steps[row]) ? null : _steps[row];

    /// <summary>Finds the steps.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="wanted">The column the caller named; empty to look for it.</param>
    public static RunSteps Of(RunTable table, string wanted)
    {
        string? column = wanted.Length > 0 ? table.Has(wanted) ? wanted : null : ColumnNames.FindLoosely(table, ColumnNames.Step);
        if (column is null && wanted.Length == 0 && ColumnNames.FindLoosely(table, ["epoch"]) is { } epoch
            && CountsOn(table, epoch)) column = epoch;
        if (column is null) return new("", []);
        double[] steps = new double[table.RowCount];
        for (int row = 0; row < steps.Length; row++) steps[row] = At(table, row, column) ?? double.NaN;
        // A counter that stays where it is counts nothing.
        double first = Array.Find(steps, static step => !double.IsNaN(step));
        return wanted.Length == 0 && table.RowCount > 2 && Array.TrueForAll(steps, step => double.IsNaN(step) || step == first)
            ? new("", []) : new(column, steps);
    }

    // A fraction of an epoch beside other numbers is no count of lines; a table with a row for each epoch is.
    private static bool CountsOn(RunTable table, string column) => table.RowCount > 1
        && Enumerable.Range(0, table.RowCount).All(row => table.Finite(row, column) is { } epoch && epoch == Math.Floor(epoch)
            && (row == 0 || epoch > table.Finite(row - 1, column)));

    /// <summary>The step of a row; ms-swift writes "5/100", the step and how many there will be.</summary>
    public static double? At(RunTable table, int row, string column) => table.Finite(row, column)
        ?? (table.Raw(row, column) is { } text && text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
            && double.TryParse(text.AsSpan(0, slash), NumberStyles.Float, CultureInfo.InvariantCulture, out double step) ? step
                : null);
}
