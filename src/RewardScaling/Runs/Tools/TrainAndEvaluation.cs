namespace RewardScaling.Runs.Tools;

/// <summary>
/// Rows of training and of evaluation that a column tells apart, where those of evaluation have no KL: they give gold to the rows
/// of training, and what both have keeps its name for training and becomes "eval/.." for evaluation.
/// </summary>
internal static class TrainAndEvaluation
{
    private static readonly string[] s_columns = ["split", "phase", "mode", "stage", "type", "kind", "event"];

    public static RunPart Joined(RunPart part, RunColumns wanted)
    {
        RunTable table = part.Table;
        foreach (string column in s_columns.Where(name => Joins(table, name)))
        {
            int[] evaluation = [.. Rows(table, column, training: false)], training = [.. Rows(table, column, training: true)];
            RunTable second = table.Take(evaluation), first = table.Take(training);
            var shared = first.Columns.Intersect(second.Columns).Where(name => name != column && !IsStep(table, name, wanted))
                .ToHashSet();
            return part with
            {
                Table = RunTable.Concatenated(table.Name, [first,
                    second.Renamed(name => shared.Contains(name) ? "eval/" + name : name)]),
                Notes = [.. part.Notes, $"'{column}' tells training from evaluation: KL and proxy are those of training{(shared.Count > 0 ? ", and what evaluation logged too is called eval/.." : "")}."],
            };
        }
        return part;
    }

    /// <summary>Whether a column tells training from evaluation, and evaluation has no KL of its own.</summary>
    public static bool Joins(RunTable table, string column)
    {
        if (!s_columns.Contains(column) || !table.Has(column)) return false;
        int[] evaluation = [.. Rows(table, column, training: false)];
        if (evaluation.Length == 0 || !Rows(table, column, training: true).Any()) return false;
        string[] kl = [.. table.Columns.Where(static name => name.Contains("kl", StringComparison.OrdinalIgnoreCase))];
        return !evaluation.Any(row => kl.Any(name => !table.IsMissing(row, name)));
    }

    private static IEnumerable<int> Rows(RunTable table, string column, bool training) => Enumerable.Range(0, table.RowCount)
        .Where(row => table.Raw(row, column)?.ToLowerInvariant() is { } value && ColumnNames.Splits.Contains(value)
            && value.StartsWith("train", StringComparison.Ordinal) == training);

    private static bool IsStep(RunTable table, string name, RunColumns wanted) =>
        name == RunSteps.Of(table, wanted.Step).Column || ColumnNames.Epoch.Contains(name);
}
