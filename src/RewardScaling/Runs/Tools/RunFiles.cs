using RewardScaling.Runs.Tools;
using static System.FormattableString;

namespace RewardScaling.Runs;

/// <summary>What the owner of a run has, files and folders of them, as as few tables as there are runs.</summary>
/// <remarks>
/// Of a folder the most telling kind of file is taken and the rest is named: the longest trainer_state.json of the checkpoints
/// of a run, files of metrics, event files, rollouts by step. Tables that share no metric are of one run and joined by step, so
/// that gold may come from another file; tables that share metrics are runs of their own, unless one goes on where the other
/// ends.
/// </remarks>
public sealed class RunFiles
{
    private RunFiles(IReadOnlyList<(string Label, RunTable Table)> runs, IReadOnlyList<string> notes) =>
        (Runs, Notes) = (runs, notes);

    /// <summary>The tables, with a name for each that tells it from the others; empty where there is one. A table may yet hold
    /// several runs (<see cref="RunLog.AllFrom"/>).</summary>
    public IReadOnlyList<(string Label, RunTable Table)> Runs { get; }

    /// <summary>What was joined, left out or not read, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>How many rows and columns each table has.</summary>
    public override string ToString() => string.Join("; ", Runs.Select(static run =>
        Invariant($"{(run.Label.Length > 0 ? run.Label : run.Table.Name)}: {run.Table.RowCount} rows of {run.Table.Columns.Count} columns")));

    /// <summary>Reads files and folders.</summary>
    /// <param name="paths">At least one file or folder.</param>
    /// <param name="read">How a file is read; null for <see cref="RunTable.Read(string, RunReadOptions?)"/>. For formats of other packages.</param>
    /// <exception cref="ArgumentException">No path.</exception>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">Nothing in a folder can be read as a run, or a file cannot; the message names it.</exception>
    public static RunFiles Read(IReadOnlyList<string> paths, Func<string, RunTable>? read = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0) throw new ArgumentException("paths is empty; give one file or folder at least.", nameof(paths));
        read ??= static path => RunTable.Read(path);
        List<string> notes = [];
        List<RunTable> tables = [];
        foreach (string path in paths)
        {
            if (Directory.Exists(path)) tables.AddRange(RunFolder.Read(path, read, notes));
            else tables.Add(Named(path, read(path)));
        }
        return new(Joined(tables, notes), notes);
    }

    /// <summary>The runs of all tables, each by itself.</summary>
    /// <param name="options">How they are understood; null for the defaults.</param>
    /// <exception cref="InvalidDataException">A run lacks proxy and gold, or a number; the message names what and what to do.</exception>
    public IReadOnlyList<RunLog> Logs(RunLogOptions? options = null) =>
        [.. Runs.SelectMany(run => RunLog.AllFrom(run.Table, options).Select(log => log.Of(run.Label)))];

    /// <summary>All runs of all tables as one, as asked: a law through them is of no one run.</summary>
    /// <param name="options">How they are understood; null for the defaults.</param>
    public RunLog Together(RunLogOptions? options = null) => RunLog.Together(Logs(options));

    /// <summary>The files with only the rows whose cell in a column has a text; tables without such a row are left out.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="value">The text.</param>
    /// <exception cref="InvalidDataException">No row has it; the message names the values there are.</exception>
    public RunFiles Where(string column, string value)
    {
        (string, RunTable)[] runs = [.. Runs.Where(run => run.Table.Has(column)
            && Enumerable.Range(0, run.Table.RowCount).Any(row => run.Table.Raw(row, column) == value))
                .Select(run => (run.Label, run.Table.Where(column, value)))];
        return runs.Length > 0 ? new(runs, Notes) : new([(Runs[0].Label, Runs[0].Table.Where(column, value))], Notes);
    }

    /// <summary>A table of one metric gets its file's name for it, and a table without a step the one in its path.</summary>
    internal static RunTable Named(string path, RunTable table)
    {
        table = LongTable.Pivoted(table);
        string stem = Path.GetFileNameWithoutExtension(path);
        if (stem.LastIndexOf("tag-", StringComparison.Ordinal) is >= 0 and var tag) stem = stem[(tag + 4)..];
        string[] metrics = Metrics(table);
        if (metrics is [var only] && only.Equals("value", StringComparison.OrdinalIgnoreCase)) table =
            table.Renamed(column => column == only ? stem : column);
        return table.RowCount == 1 && RunSteps.Of(table, "").Column.Length == 0 && StepIn(path) is { } step
            ? table.With("step", _ => step) : table;
    }

    /// <summary>The step in a path: checkpoint-100, global_step_7.</summary>
    internal static double? StepIn(string path)
    {
        foreach (string part in path.Split('/', '\\').Reverse())
            foreach (string word in (string[])["checkpoint", "global_step", "step", "ckpt", "iter"])
            {
                int at = part.LastIndexOf(word, StringComparison.OrdinalIgnoreCase);
                if (at < 0) continue;
                string digits = new([.. part[(at + word.Length)..].TrimStart('-', '_').TakeWhile(char.IsAsciiDigit)]);
                if (digits.Length is > 0 and < 12) return double.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
            }
        return null;
    }

    private static List<(string, RunTable)> Joined(List<RunTable> tables, List<string> notes)
    {
        if (tables.Count == 1) return [("", tables[0])];
        List<RunTable> groups = [];
        foreach (RunTable table in WithoutPrefixes(tables, notes).OrderByDescending(IsTraining))
        {
            int[] fitting = [.. Enumerable.Range(0, groups.Count).Where(i => Belong(groups[i], table))];
            if (fitting.Length > 1)
                throw new InvalidDataException($"{table.Name} may belong to {fitting.Length} runs ({string.Join(", ", fitting.Select(i => groups[i].Name))}); give each run with its own files.");
            if (fitting.Length == 0)
            {
                groups.Add(table);
                continue;
            }
            RunTable group = groups[fitting[0]];
            string step = RunSteps.Of(group, "").Column, other = RunSteps.Of(table, "").Column;
            groups[fitting[0]] = RunTable.Concatenated(group.Name,
                [group, table.Renamed(column => column == other ? step : column)]);
            notes.Add($"{table.Name} is joined to {group.Name} by '{step}'.");
        }
        string[] labels = Labels([.. groups.Select(static group => group.Name)]);
        return [.. groups.Select((group, i) => (groups.Count == 1 ? "" : labels[i], group))];
    }

    // The trainer_state.json of an earlier checkpoint, or a copy.
    private static List<RunTable> WithoutPrefixes(List<RunTable> tables, List<string> notes)
    {
        List<RunTable> kept = [];
        foreach (RunTable table in tables.OrderByDescending(static table => table.RowCount))
        {
            RunTable? longer = kept.FirstOrDefault(one => IsPrefix(table, one));
            if (longer is null) kept.Add(table);
            else notes.Add(Invariant($"{table.Name} is the beginning of {longer.Name} ({table.RowCount} of {longer.RowCount} rows) and not read again."));
        }
        return [.. tables.Where(kept.Contains)];
    }

    internal static bool IsPrefix(RunTable table, RunTable of) => table.RowCount <= of.RowCount && table.RowCount > 1
        && table.Columns.All(of.Has) && Enumerable.Range(0, table.RowCount).All(row =>
            table.Columns.All(column => table.Raw(row, column) == of.Raw(row, column)));

    private static bool IsTraining(RunTable table) => KnownTool.Of(table) is not null
        || table.Columns.Any(static column => ColumnNames.Proxy.Concat(ColumnNames.KlPerSequence).Concat(ColumnNames.Kl)
            .Any(name => ColumnNames.Is(WhoseRows.Split(column).Metric, name)));

    // Of one run: no metric in common, or the one goes on where the other ends.
    private static bool Belong(RunTable group, RunTable table)
    {
        RunSteps first = RunSteps.Of(group, ""), second = RunSteps.Of(table, "");
        if (first.Column.Length == 0 || second.Column.Length == 0) return false;
        if (!Metrics(group).Intersect(Metrics(table)).Any()) return true;
        return Path.GetDirectoryName(group.Name) == Path.GetDirectoryName(table.Name) && group.Format == table.Format
            && (Largest(group, first) < Smallest(table, second) || Largest(table, second) < Smallest(group, first));
    }

    private static double Largest(RunTable table, RunSteps steps) => Enumerable.Range(0, table.RowCount)
        .Max(row => steps[row]) ?? double.NaN;

    private static double Smallest(RunTable table, RunSteps steps) => Enumerable.Range(0, table.RowCount)
        .Min(row => steps[row]) ?? double.NaN;

    // Columns that hold what was measured, and not when.
    private static string[] Metrics(RunTable table)
    {
        string step = RunSteps.Of(table, "").Column;
        return [.. table.Columns.Where(column => column != step && !s_when.Contains(column.ToLowerInvariant().Replace(' ', '_'))
            && !column.EndsWith("__MIN", StringComparison.Ordinal) && !column.EndsWith("__MAX", StringComparison.Ordinal))];
    }

    private static readonly string[] s_when = ["epoch", "time", "wall_time", "timestamp", "_timestamp", "_runtime", "relative_time", "step", "_step", "global_step", "datetime", "date"];

    /// <summary>The parts of paths that tell them apart.</summary>
    internal static string[] Labels(string[] names)
    {
        string[][] parts = [.. names.Select(static name => name.Split('/', '\\'))];
        int same = 0;
        while (parts.All(one => same < one.Length - 1) && parts.All(one => one[same] == parts[0][same])) same++;
        return [.. parts.Select(one => string.Join('/', one[same..]))];
    }
}
