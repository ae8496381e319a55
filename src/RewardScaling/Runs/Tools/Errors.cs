using RewardScaling.Numerics;

namespace RewardScaling.Runs.Tools;

/// <summary>Numbers of a table with the standard errors that stand beside them in a column of their own.</summary>
internal sealed class Errors(RunTable table)
{
    // Squares and products of what is beyond are no numbers any more; nobody measures it.
    private const double Smallest = 1e-90, Largest = 1e50;

    private static readonly string[] s_ends = ["_se", "_stderr", "_sem", "_std_err", "_std_error", "_standard_error", "/se", "/stderr", "/sem"];

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    private static readonly string[] s_means = ["_nats", "_mean", "/mean"];

    /// <summary>Whether a column holds errors of another.</summary>
    public static bool IsError(string column) => s_ends.Any(end => column.EndsWith(end, StringComparison.Ordinal))
        || column.Contains("_stderr,", StringComparison.Ordinal);

    /// <summary>The columns that may hold the error of a column: X_se, X_stderr, and lm-eval's acc_stderr,none of
    /// acc,none.</summary>
    private static IEnumerable<string> Of(string column)
    {
        foreach (string end in s_ends)
        {
            yield return column + end;
            foreach (string mean in s_means)
                if (column.EndsWith(mean, StringComparison.Ordinal)) yield return column[..^mean.Length] + end;
        }
        if (column.LastIndexOf(',') is > 0 and var comma) yield return column[..comma] + "_stderr" + column[comma..];
    }

    /// <summary>A cell's number and its error, where one is there.</summary>
    /// <exception cref="InvalidDataException">The cell holds no finite number or one of no size that was measured, or the error is
    /// negative.</exception>
    public Estimate At(int row, string column)
    {
        double value = RequireSize(table, row, column, table.Number(row, column));
        if (!_errors.TryGetValue(column, out string[]? names)) _errors.Add(column, names = [.. Of(column).Where(table.Has)]);
        foreach (string name in names)
        {
            if (table.IsMissing(row, name)) continue;
            double error = RequireSize(table, row, name, table.Number(row, name));
            return error >= 0 ? new(value, error)
                : throw table.Fault(row, name, FormattableString.Invariant($"{error} is negative; a standard error is at least 0"));
        }
        return Estimate.WithoutError(value);
    }

    /// <summary>A number of a size that may have been measured.</summary>
    /// <exception cref="InvalidDataException">It is not; the message names line and column.</exception>
    public static double RequireSize(RunTable table, int row, string column, double value) =>
        value == 0 || Math.Abs(value) is >= Smallest and <= Largest or double.NaN ? value
            : throw table.Fault(row, column, FormattableString.Invariant($"{value} is of no size that anybody measures ({Smallest:G1} to {Largest:G1}); map another column or mend the line"));
}
