using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs.Tools;

/// <summary>Finds in the folder of a run what tells most of it.</summary>
internal static class RunFolder
{
    private const int Deepest = 5, MostFiles = 20000;

    private static readonly string[] s_metrics =
    [
        "metrics*.jsonl", "*metrics*.jsonl", "train*.jsonl", "log*.jsonl", "trainer_log.jsonl", "*history*.jsonl", "*.jsonl", "*metrics*.csv", "*history*.csv",
        "progress.csv", "train*.csv", "*log*.csv", "*.csv", "*metrics*.json", "*history*.json", "output.log", "*.log", "*.out", "*.txt",
    ];

    private static readonly string[] s_tokens = ["rank_", "train_data_step", "_rollouts_"];

    public static IReadOnlyList<RunTable> Read(string folder, Func<string, RunTable> read, List<string> notes)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*",
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Deepest })
            .Where(static path => !Path.GetFileName(path).StartsWith('.')).Take(MostFiles).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new InvalidDataException($"{folder} holds no file.");
        List<RunTable> gold = [.. files.Where(IsEvaluation).Select(path => Try(path, read, notes)).OfType<RunTable>()];
        foreach (var (kind, tables) in (IEnumerable<(string, Func<IReadOnlyList<RunTable>>)>)[
            ("trainer_state.json", () => TrainerStates(files, read, notes)), ("rollouts", () => Rollouts(folder, files, read, notes)),
            ("files of metrics", () => MetricFiles(folder, files, read, notes)), ("event files", () => EventFiles(files, read, notes)),
            ("runs of MLflow", () => MlflowRuns(files, read, notes)), ("files of tokens", () => Tokens(folder, files, read, notes))])
        {
            if (tables() is not { Count: > 0 } found) continue;
            notes.Add($"Of {folder} {(found.Count == 1 ? found[0].Name : $"{found.Count} {kind}")} {(found.Count == 1 ? "is" : "are")} read{(gold.Count > 0 ? $", with {Counted.Of(gold.Count, "file", "files")} of results" : "")}.");
            return [.. found, .. Together(gold)];
        }
        if (gold.Count > 0) return [.. Together(gold)];
        throw new InvalidDataException($"{folder} holds no file that tells of a run: no trainer_state.json, no file of metrics, no event file. It has {string.Join(", ", files.Take(12).Select(path => Path.GetRelativePath(folder, path)))}{(files.Length > 12 ? ", .." : "")}; name the file.");
    }

    // lm-eval's results_<date>.json, one for each checkpoint.
    private static bool IsEvaluation(string path) => Path.GetFileName(path).StartsWith("results", StringComparison.Ordinal)
        && path.EndsWith(".json", StringComparison.Ordinal) && RunFiles.StepIn(path) is not null;

    private static List<RunTable> Together(List<RunTable> tables) =>
        tables.Count < 2 ? tables : [RunTable.Concatenated(tables[0].Name, tables)];

    // The last checkpoint of each run holds the history of the others.
    private static List<RunTable> TrainerStates(string[] files, Func<string, RunTable> read, List<string> notes)
    {
        var runs = files.Where(static path => Path.GetFileName(path) == "trainer_state.json").GroupBy(static path =>
            Path.GetFileName(Path.GetDirectoryName(path))!.StartsWith("checkpoint", StringComparison.Ordinal)
                ? Path.GetDirectoryName(Path.GetDirectoryName(path)) : Path.GetDirectoryName(path));
        List<RunTable> longest = [];
        foreach (var run in runs)
        {
            RunTable[] tables = [.. run.Select(path => Try(path, read, notes)).OfType<RunTable>()
                .OrderByDescending(static table => table.RowCount)];
            if (tables.Length == 0) continue;
            longest.Add(tables[0]);
            foreach (RunTable shorter in tables.Skip(1))
                notes.Add(RunFiles.IsPrefix(shorter, tables[0]) ? $"{shorter.Name} is the beginning of {tables[0].Name} and not read again."
                    : $"{shorter.Name} is no beginning of {tables[0].Name}, as after a run that was begun anew in its folder; it is not read.");
        }
        return longest;
    }

    // 1.jsonl, 2.jsonl, ..: the rollouts of each step.
    private static List<RunTable> Rollouts(string folder, string[] files, Func<string, RunTable> read, List<string> notes)
    {
        string[] numbered = [.. files.Where(static path => path.EndsWith(".jsonl", StringComparison.Ordinal)
            && IsNumber(Path.GetFileNameWithoutExtension(path)))];
        if (numbered.Length == 0)
        {
            string[] parquet = [.. files.Where(static path => Path.GetFileName(path)
                .StartsWith("completions", StringComparison.Ordinal) && path.EndsWith(".parquet", StringComparison.Ordinal))];
            RunTable[] rows = [.. parquet.Select(path => Try(path, read, notes)).OfType<RunTable>()];
            return rows.Length == 0 ? [] : [RunTable.Concatenated(folder, rows)];
        }
        RunTable[] tables = [.. numbered.Select(path => (Path: path, Table: Try(path, read, notes)))
            .Where(static one => one.Table is not null)
            .OrderBy(static one => Step(one.Path)).Select(static one => one.Table!.With("step", _ => Step(one.Path)))];
        return tables.Length == 0 ? [] : [RunTable.Concatenated(folder, tables)];
    }

    private static List<RunTable> MetricFiles(string folder, string[] files, Func<string, RunTable> read, List<string> notes)
    {
        string[] near = [.. files.Where(path => Path.GetRelativePath(folder, path).Count(static c => c is '/' or '\\') <= 1
            && !IsEvaluation(path))];
        foreach (string pattern in s_metrics)
        {
            RunTable[] tables = [.. near.Where(path => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern,
                Path.GetFileName(path)))
                .Select(path => Try(path, read, notes)).OfType<RunTable>().Where(IsARun)];
            if (tables.Length > 0) return [.. tables];
        }
        return [];
    }

    private static bool IsARun(RunTable table) => RunSteps.Of(table, "").Column.Length > 0 && (KnownTool.Of(table) is not null
        || table.Columns.Any(static column => ColumnNames.Proxy.Concat(ColumnNames.Kl).Concat(ColumnNames.KlPerSequence)
            .Any(name => ColumnNames.Is(WhoseRows.Split(column).Metric, name))));

    private static List<RunTable> EventFiles(string[] files, Func<string, RunTable> read, List<string> notes) =>
        [.. files.Where(static path => path.Contains("tfevents", StringComparison.Ordinal)).GroupBy(Path.GetDirectoryName)
            .Select(run => (run.Key, Tables: run.Select(path => Try(path, read, notes)).OfType<RunTable>().ToArray()))
            .Where(static run => run.Tables.Length > 0).Select(static run => RunTable.Concatenated(run.Key!, run.Tables))];

    // mlruns/EXPERIMENT/RUN/metrics/NAME: a file for each metric of a run.
    private static List<RunTable> MlflowRuns(string[] files, Func<string, RunTable> read, List<string> notes) =>
        [.. files.Select(static path => (Path: path, At: path.Replace('\\', '/').LastIndexOf("/metrics/", StringComparison.Ordinal)))
            .Where(static one => one.At > 0).GroupBy(static one => one.Path[..one.At])
            .Select(run => (run.Key, Tables: run.Select(one => Try(one.Path, read, notes)).OfType<RunTable>()
                .Where(static table => table.Format == RunFileFormat.MetricFile).ToArray()))
            .Where(static run => run.Tables.Length > 0).Select(static run => RunTable.Concatenated(run.Key, run.Tables))];

    // A sample a line with the log-probabilities of its tokens: prime-rl's step_7/rank_0.jsonl, NeMo-RL's train_data_step7.jsonl.
    private static List<RunTable> Tokens(string folder, string[] files, Func<string, RunTable> read, List<string> notes)
    {
        RunTable[] tables = [.. files.Where(static path => path.EndsWith(".jsonl", StringComparison.Ordinal)
                && s_tokens.Any(name => Path.GetFileName(path).Contains(name, StringComparison.Ordinal)))
            .Select(path => (Path: path, Table: Try(path, read, notes)!))
            .Where(static one => one.Table is not null && RescoredSamples.Fits(one.Table))
            .Select(static one => RunFiles.StepIn(one.Path) is { } step ? one.Table.With("step", _ => step) : one.Table)];
        return tables.Length == 0 ? [] : [RunTable.Concatenated(folder, tables)];
    }

    // One file of many may be something else; which one and why is said, and the others tell the run.
    private static RunTable? Try(string path, Func<string, RunTable> read, List<string> notes)
    {
        try
        {
            return RunFiles.Named(path, read(path));
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            if (notes.Count < 40) notes.Add($"Not read: {fault.Message}");
            return null;
        }
    }

    private static bool IsNumber(string name) => name.Length is > 0 and < 12 && name.All(char.IsAsciiDigit);

    private static double Step(string path) => double.Parse(Path.GetFileNameWithoutExtension(path),
        System.Globalization.CultureInfo.InvariantCulture);
}
