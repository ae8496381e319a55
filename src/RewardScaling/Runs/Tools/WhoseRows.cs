using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs.Tools;

/// <summary>Takes the rows of a table apart into runs: one law goes through the points of one run only.</summary>
/// <remarks>
/// In this order: the columns of each run in an export of Weights &amp; Biases ("RUN - metric"); rows repeated word for word,
/// which count once; columns that tell runs apart, where the same step comes under several of their values; a step that begins
/// again (<see cref="Restarts"/>); rows of evaluation beside those of training (<see cref="TrainAndEvaluation"/>).
/// </remarks>
internal static class WhoseRows
{
    private const string Separator = " - ";
    private static readonly string[] s_scores = ["kl", "reward", "gold", "proxy", "score"];
    private static readonly string[] s_single = ["seed", "run", "run_id", "run_name", "experiment", "trial", "replicate"];

    public static IReadOnlyList<RunPart> Of(RunTable table, RunColumns wanted)
    {
        List<RunPart> parts = [.. ByExportedRun(table, wanted).Select(WithoutRepeats)];
        parts = [.. parts.SelectMany(part => ByColumns(part, wanted))];
        parts = [.. parts.SelectMany(part => Restarts.Of(part, wanted))];
        return [.. parts.Select(part => TrainAndEvaluation.Joined(part, wanted))];
    }

    /// <summary>The metric of a column "RUN - metric", and the run; the whole name and an empty run for other columns.</summary>
    public static (string Run, string Metric) Split(string column) =>
        column.LastIndexOf(Separator, StringComparison.Ordinal) is > 0 and var at
            ? (column[..at], column[(at + Separator.Length)..]) : ("", column);

    private static IEnumerable<RunPart> ByExportedRun(RunTable table, RunColumns wanted)
    {
        string[] runs = [.. table.Columns.Select(static column => Split(column).Run).Where(static run => run.Length > 0)
            .Distinct()];
        if (runs.Length == 0) return [new("", table, [])];
        string? named = new[] { wanted.Kl, wanted.Proxy, wanted.Gold, wanted.Length }.Where(table.Has)
            .Select(static column => Split(column).Run).FirstOrDefault(static run => run.Length > 0);
        return runs.Where(run => named is null || run == named).Select(run =>
        {
            string[] own = [.. table.Columns.Where(column => Split(column).Run == run && !IsBound(column))];
            int[] rows = [.. Enumerable.Range(0, table.RowCount).Where(row => own.Any(column => !table.IsMissing(row, column)))];
            return (Run: run, Rows: rows);
        }).Where(static one => one.Rows.Length > 0).Select(one => new RunPart(runs.Length > 1 && named is null ? one.Run : "",
            table.Take(one.Rows).Renamed(column => IsBound(column) ? null : Split(column) is { Run: "" } ? column
                : Split(column).Run == one.Run ? Split(column).Metric : null), []));
    }

    // The page of Weights & Biases adds the bounds of what it averaged.
    private static bool IsBound(string column) => column.EndsWith("__MIN", StringComparison.Ordinal)
        || column.EndsWith("__MAX", StringComparison.Ordinal);

    private static RunPart WithoutRepeats(RunPart part)
    {
        RunTable table = part.Table;
        // Rows of few numbers may be equal by chance, such as draws of 0 and 1.
        if (table.Columns.Count < 3) return part;
        List<int> kept = RepeatedRows.Without(table);
        int repeated = table.RowCount - kept.Count;
        if (repeated == 0) return part;
        return part with { Table = table.Take(kept), Notes = [.. part.Notes, $"{Counted.Lines(repeated)} repeated word for word {(repeated == 1 ? "counts" : "count")} once."] };
    }

    private static IEnumerable<RunPart> ByColumns(RunPart part, RunColumns wanted)
    {
        RunTable table = part.Table;
        RunSteps steps = RunSteps.Of(table, BestOfNTable.Recognises(table, wanted) ? BestOfNTable.NColumn(table, wanted)!
            : wanted.Step);
        string[] known = KnownTool.Of(table)?.CurveColumns ?? [];
        List<string> columns = [];
        int groups = 1;
        if (steps.Column.Length == 0 && OneRowEach(table) is { } different)
            throw new InvalidDataException($"{table.Name} has one row for each run ('{different}' differs on every one), not one run: a law is about the way of one run; give the log of each, or the column of the step (--step).");
        foreach (string column in table.Columns.Where(column => IsRunColumn(table, column, known, steps)
            && IsFull(table, column, steps)
            && !TrainAndEvaluation.Joins(table, column)))
        {
            if (known.Length > 0 ? !known.Contains(column) : !TellsApart(table, steps, column)) continue;
            int more = Groups(table, [.. columns, column]).Count();
            if (more <= groups) continue;
            columns.Add(column);
            groups = more;
        }
        if (groups == 1 || (steps.Column.Length == 0 && groups == table.RowCount)) return [part];
        return Groups(table, columns).Select(group => (part with { Table = table.Take(group) }).Named(
            string.Join(", ", columns.Select(column => $"{column}={table.Raw(group.First(), column)}")),
            string.Join(' ', columns.Select(column => $"--where {column}={table.Raw(group.First(), column)}"))));
    }

    private static string? OneRowEach(RunTable table) => table.RowCount < 2 || !table.Columns.Any(static column =>
        s_scores.Any(word => column.Contains(word, StringComparison.OrdinalIgnoreCase))) ? null
        : s_single.FirstOrDefault(column => table.Has(column)
        && Enumerable.Range(0, table.RowCount).All(row => !table.IsMissing(row, column)) && table.Values(column)
            .Count() == table.RowCount);

    // Without a step any text may come several times, such as a prompt's; only a name says that it is of a run.
    private static bool IsRunColumn(RunTable table, string column, string[] known, RunSteps steps) => known.Contains(column)
        || ColumnNames.Run.Contains(column, StringComparer.OrdinalIgnoreCase)
        || (steps.Column.Length > 0 && Enumerable.Range(0, table.RowCount)
            .All(row => table.IsMissing(row, column) || (table.Finite(row, column) is null && !table.IsNonFinite(row, column)
            && table.Raw(row, column) is { Length: < 60 } text && !text.Contains('/', StringComparison.Ordinal))));

    private static bool IsFull(RunTable table, string column, RunSteps steps) => Enumerable.Range(0, table.RowCount)
        .All(row => !table.IsMissing(row, column) || (steps.Column.Length > 0 && steps[row] is null));

    // The same step under two values of the column, and more than a row under each on average: a number that a run adapts
    // (the penalty's weight) has other values at other steps.
    private static bool TellsApart(RunTable table, RunSteps steps, string column)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        string? Of(int row) => table.Raw(row, column) ?? "\0";
        for (int row = 0; row < table.RowCount; row++)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, Of(row)!, out _)++;
            if (2 * counts.Count > table.RowCount) return false;
        }
        if (counts.Count < 2) return false;
        if (steps.Column.Length == 0) return counts.Values.All(static count => count > 1);
        var groups = RowGroups.Of(table.RowCount, row => steps[row]);
        for (int group = 0; group < groups.Count; group++)
        {
            ReadOnlySpan<int> rows = groups[group];
            foreach (int row in rows)
                if (Of(row) != Of(rows[0])) return true;
        }
        return false;
    }

    private static IEnumerable<IGrouping<string, int>> Groups(RunTable table, IReadOnlyList<string> columns) =>
        Enumerable.Range(0, table.RowCount).GroupBy(row => string.Join('\u0001',
            columns.Select(column => table.Raw(row, column))));
}
