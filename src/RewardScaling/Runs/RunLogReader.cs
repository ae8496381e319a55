using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>Finds a table's columns and makes points of its rows.</summary>
internal sealed class RunLogReader
{
    private static readonly string[] s_kl = ["kl", "kl_divergence", "kl_per_sequence"];
    private static readonly string[] s_proxy = ["proxy", "proxy_score", "proxy_reward", "proxy_mean", "reward_mean", "reward", "score"];
    private static readonly string[] s_gold = ["gold", "gold_score", "gold_reward", "gold_mean", "gold_acc", "gold_accuracy", "win_rate"];
    private static readonly string[] s_step = ["step", "global_step", "_step", "trainer/global_step", "effort", "episode", "n"];
    private static readonly string[] s_length = ["response_length", "completion_length", "mean_completion_len", "mean_length"];

    private readonly RunTable _table;
    private readonly NonFiniteRule _rule;
    private readonly KnownTool? _tool;
    private readonly OptimizationMethod _method;
    private readonly KlLogging _kl;
    private readonly RunColumns _columns;
    private readonly List<string> _notes = [];

    public RunLogReader(RunTable table, RunColumns wanted, KlLogging? kl, NonFiniteRule rule)
    {
        (_table, _rule) = (table, rule);
        bool bestOfN = IsBestOfN(wanted);
        _tool = bestOfN ? null : ToolOf(wanted.Kl);
        _method = bestOfN || kl?.Averaging == KlAveraging.BestOfN ? OptimizationMethod.BestOfN
            : MethodOf(_tool?.CurveColumns ?? []);
        _kl = kl ?? (bestOfN ? new() { Averaging = KlAveraging.BestOfN, Estimator = "analytic" }
            : _method == OptimizationMethod.BestOfN ? KlLogging.PerSequence("analytic")
            : _tool?.Logging ?? new() { Averaging = KlAveraging.Unknown, Estimator = "unknown" });
        _columns = new()
        {
            Kl = bestOfN ? "" : Mapped(wanted.Kl, "KL") ?? ColumnOfKl(),
            Proxy = Mapped(wanted.Proxy, "proxy") ?? Find([.. _tool?.Proxies ?? [], .. s_proxy]) ?? throw Lacks("proxy", "the score by the reward model that was optimised"),
            Gold = Mapped(wanted.Gold, "gold") ?? Find([.. _tool?.Golds ?? [], .. s_gold]) ?? Evaluation() ?? throw Lacks("gold", "what counts: an accuracy, a win rate or another reward model's score"),
            Step = bestOfN ? wanted.Step.Length > 0 ? wanted.Step : "n" : Mapped(wanted.Step, "step") ?? Find(s_step) ?? "",
            Length = Mapped(wanted.Length, "length") ?? LengthIfNeeded(),
        };
        if (bestOfN) Mapped(_columns.Step, "step");
    }

    public RunLog Read()
    {
        List<(int Row, int GoldRow)> pairs = Pairs();
        var points = new List<RunLogPoint>();
        int infinite = 0, negative = 0;
        double lowest = 0;
        foreach ((int row, int goldRow) in pairs)
        {
            if (_rule == NonFiniteRule.LeaveOut && (_table.IsNonFinite(goldRow, _columns.Gold)
                || _table.IsNonFinite(row, _columns.Kl)
                || _table.IsNonFinite(row, _columns.Proxy) || _table.IsNonFinite(row, _columns.Length)))
            {
                infinite++;
                continue;
            }
            double step = _columns.Step.Length > 0 && !_table.IsMissing(row, _columns.Step) ? _table.Number(row, _columns.Step)
                : row + 1;
            Estimate kl = _kl.Averaging == KlAveraging.BestOfN ? Analytic(row, step) : Measured(row, _columns.Kl);
            if (kl.Value < 0)
            {
                if (!_kl.MayBeNegative) throw _table.Fault(row, _columns.Kl, FormattableString.Invariant($"{kl.Value} is negative, which {_kl.Estimator} never is; map the column of the KL, or say that it is k1"));
                (negative, lowest) = (negative + 1, Math.Min(lowest, kl.Value));
                kl = Estimate.WithoutError(0);
            }
            double length = 0;
            if (_columns.Length.Length > 0 && (length = _table.Number(row, _columns.Length)) <= 0)
                throw _table.Fault(row, _columns.Length, FormattableString.Invariant($"{length} must be positive: it is the mean number of tokens of a response"));
            double answers = _tool?.Answers is { } unit && _table.Has(unit.Column) && !_table.IsMissing(row, unit.Column)
                ? unit.Each * _table.Number(row, unit.Column) : 0;
            points.Add(new(step, kl, length, Measured(row, _columns.Proxy), Measured(goldRow, _columns.Gold), answers));
        }
        if (points.Count == 0) throw new InvalidDataException($"{_table.Name}: no line has {Names()} together; map the columns or log gold on the lines of training.");
        if (infinite > 0) _notes.Add($"{Lines(infinite)} with NaN or an infinity in a column that is used left out, as asked.");
        if (negative > 0) _notes.Add(FormattableString.Invariant($"{Lines(negative)} with a negative KL, the lowest {lowest:G3}: a k1 estimate may be below 0 by chance; counted as KL = 0."));
        if (points.Select(static point => point.Step).Distinct().Count() is var steps && steps < points.Count)
            _notes.Add($"{points.Count - steps} steps come more than once, as after a resumption, or the file holds several runs; all are used.");
        if (_table.OtherLines > 0) _notes.Add($"{Lines(_table.OtherLines)} of the output are not metrics.");
        return new(_table, _kl.Averaging == KlAveraging.BestOfN ? "best-of-n results" : _tool?.Name ?? "unknown", _method, _kl,
            _columns, [.. points], _tool?.StartsAtZero ?? false, [.. _kl.Warnings, .. _notes]);
    }

    // Each row with KL and proxy, and the row its gold stands on: itself or another of the same step.
    private List<(int Row, int GoldRow)> Pairs()
    {
        string main = _kl.Averaging == KlAveraging.BestOfN ? _columns.Step : _columns.Kl;
        var golds = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int row = 0; row < _table.RowCount; row++)
            if (_table.IsMissing(row, main) && !_table.IsMissing(row, _columns.Gold)
                && StepOf(row) is { } step) golds.TryAdd(step, row);
        var pairs = new List<(int, int)>();
        int others = 0, withoutGold = 0;
        for (int row = 0; row < _table.RowCount; row++)
        {
            if (_table.IsMissing(row, main) || _table.IsMissing(row, _columns.Proxy)) others++;
            else if (!_table.IsMissing(row, _columns.Gold)) pairs.Add((row, row));
            else if (StepOf(row) is { } step && golds.TryGetValue(step, out int goldRow)) pairs.Add((row, goldRow));
            else withoutGold++;
        }
        int borrowed = pairs.Count(static pair => pair.Item1 != pair.Item2);
        if (others - borrowed > 0) _notes.Add($"{Lines(others - borrowed)} without KL or proxy are not points.");
        if (withoutGold > 0) _notes.Add($"{Lines(withoutGold)} with KL and proxy found no gold at their step and are left out.");
        return pairs;
    }

    private string? StepOf(int row) =>
        _columns.Step.Length > 0 && !_table.IsMissing(row, _columns.Step) ? _table.Text(row, _columns.Step) : null;

    private Estimate Analytic(int row, double n) => n >= 1 && n == Math.Floor(n) ? Estimate.Exact(BestOfNTheory.Kl(n).Value)
        : throw _table.Fault(row, _columns.Step, FormattableString.Invariant($"{n} must be a whole number from 1: the n of best-of-n"));

    private Estimate Measured(int row, string column)
    {
        double value = _table.Number(row, column);
        foreach (string name in (string[])[column + "_se", column.Replace("_nats", "_se", StringComparison.Ordinal)])
        {
            if (name == column || !_table.Has(name) || _table.IsMissing(row, name)) continue;
            double error = _table.Number(row, name);
            return error >= 0 ? new(value, error) : throw _table.Fault(row, name, FormattableString.Invariant($"{error} is negative; a standard error is at least 0"));
        }
        return Estimate.WithoutError(value);
    }

    private bool IsBestOfN(RunColumns wanted) => wanted.Kl.Length == 0 && _table.Has("n")
        && !_table.Columns.Any(column => KnownTool.All.Any(tool => Is(column, tool.Kl)) || s_kl.Any(name => Is(column, name)));

    // Of one curve: the tool's columns that tell curves apart must each hold one value.
    private OptimizationMethod MethodOf(string[] curveColumns)
    {
        (string Column, string[] Values)[] several = [.. curveColumns.Where(_table.Has)
            .Select(column => (column, _table.Values(column).ToArray())).Where(static pair => pair.Item2.Length > 1)];
        if (several.Length > 0) throw SeveralCurves(several);
        if (!curveColumns.Contains(KnownTool.Method) || _table.Values(KnownTool.Method).SingleOrDefault() is not { } name)
            return OptimizationMethod.ReinforcementLearning;
        return MethodName.TryParse(name, out var method) ? method
            : throw _table.Fault(0, KnownTool.Method, $"'{name}' must be {MethodName.Of(OptimizationMethod.BestOfN)} or {MethodName.Of(OptimizationMethod.ReinforcementLearning)}");
    }

    private InvalidDataException SeveralCurves((string Column, string[] Values)[] columns)
    {
        string held = string.Join("; ", columns.Select(static one => $"{one.Column}: {string.Join(", ", one.Values.Take(20))}")),
            choice = string.Join(' ', columns.Select(static one => $"--where {one.Column}={one.Values[0]}"));
        return new($"{_table.Name} holds several curves ({held}); choose one with RunTable.Where, as AnalyseRun does with {choice}.");
    }

    private string LengthIfNeeded() => _kl.Averaging is not (KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens) ? ""
        : Find([.. _tool?.Lengths ?? [], .. s_length]) ?? "";

    private KnownTool? ToolOf(string mapped) => KnownTool.All.FirstOrDefault(tool =>
        (mapped.Length == 0 ? Find([tool.Kl]) is not null : Is(mapped, tool.Kl))
        && (tool.Evidence.Length == 0 || Find(tool.Evidence) is not null));

    private string ColumnOfKl()
    {
        if (Find(_tool is null ? s_kl : [_tool.Kl]) is { } column) return column;
        foreach (var (name, what) in KnownTool.NotTheKl)
            if (Find([name]) is { } other) throw new InvalidDataException($"{_table.Name} has no KL from the initial policy: '{other}' is {what}. Log the KL against the reference policy, or map its column.");
        throw Lacks("KL", "the divergence from the initial policy");
    }

    // Validation scores: verl's val-core, OpenRLHF's pass1. One alone is gold; of several the caller must choose.
    private string? Evaluation()
    {
        string[] found = [.. _table.Columns.Where(static column => column.Contains("val-core/", StringComparison.Ordinal)
            || column.Contains("val/test_score", StringComparison.Ordinal)
            || (column.Contains("eval_", StringComparison.Ordinal) && column.EndsWith("_pass1", StringComparison.Ordinal))
            || (column.StartsWith("rewards/gold", StringComparison.Ordinal) && column.EndsWith("/mean", StringComparison.Ordinal)))];
        return found.Length <= 1 ? found.FirstOrDefault()
            : throw new InvalidDataException($"{_table.Name} has {found.Length} columns that may be gold: {string.Join(", ", found)}. Map one.");
    }

    private string? Mapped(string column, string role)
    {
        if (column.Length == 0) return null;
        if (!_table.Has(column)) throw new InvalidDataException($"{_table.Name} has no column '{column}' for {role}; it has {List()}.");
        if (role == "KL" && KnownTool.NotTheKl.FirstOrDefault(pair => Is(column, pair.Key)).Value is { } what)
            throw new InvalidDataException($"{_table.Name}: '{column}' is no KL from the initial policy, but {what}.");
        return column;
    }

    private string? Find(IEnumerable<string> names) =>
        names.Select(name => _table.Columns.FirstOrDefault(column => Is(column, name)))
            .FirstOrDefault(static column => column is not null);

    // Weights & Biases puts train/ before a name, and its CSV exports the run's name and " - ".
    private static bool Is(string column, string name) => column == name || column == "train/" + name
        || column.EndsWith(" - " + name, StringComparison.Ordinal) || column.EndsWith(" - train/" + name, StringComparison.Ordinal);

    private InvalidDataException Lacks(string role, string what) =>
        new($"{_table.Name}: no column has a known name for {role} ({what}); map one of {List()}.");

    private string Names() =>
        $"'{(_kl.Averaging == KlAveraging.BestOfN ? _columns.Step : _columns.Kl)}', '{_columns.Proxy}' and '{_columns.Gold}'";

    private string List() => string.Join(", ", _table.Columns.Take(40)) + (_table.Columns.Count > 40 ? ", .." : "");

    private static string Lines(int count) => count == 1 ? "1 line" : FormattableString.Invariant($"{count} lines");
}
