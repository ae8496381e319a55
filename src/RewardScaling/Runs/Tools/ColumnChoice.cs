using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Runs.Tools;

/// <summary>Which column of a run's table holds what, and why one that is wanted is not there.</summary>
internal sealed class ColumnChoice
{
    private static readonly string[] s_golds =
    [
        "val-core/*/acc/mean@*", "val/test_score/*", "val-core/*/mean@*", "val-core/*", "eval_*_pass1", "eval/*_pass1", "rewards/gold*/mean", "rewards/gold*",
        "*exact_match,strict-match", "*acc,none", "*exact_match,*", "*acc_norm,none", "*pass@1,*",
    ];

    private static readonly string[] s_lower = ["perplexity", "ppl"];

    private readonly RunTable _table;
    private readonly RunColumns _wanted;
    private readonly List<string> _notes = [];

    public ColumnChoice(RunTable table, RunLogOptions options)
    {
        _wanted = options.Columns;
        Tool = KnownTool.Of(table);
        foreach (DerivedColumn derived in Tool?.Derived ?? []) table = derived.AddTo(table);
        _table = table;
        bool bestOfN = options.Method is null or OptimizationMethod.BestOfN
            && (options.Kl is null ? BestOfNTable.Recognises(table, _wanted) : options.Kl.Averaging == KlAveraging.BestOfN);
        bool analytic = bestOfN || (options.Method == OptimizationMethod.BestOfN && _wanted.Kl.Length == 0);
        if (bestOfN) Tool = null;
        Method = bestOfN ? OptimizationMethod.BestOfN : options.Method ?? MethodOfRows();
        string kl = analytic ? "" : KlName();
        Kl = analytic ? new() { Averaging = KlAveraging.BestOfN, Estimator = "analytic" }
            : kl.Length == 0 ? new() { Averaging = KlAveraging.None, Estimator = "none" }
            : options.Kl ?? (Method == OptimizationMethod.BestOfN ? KlLogging.PerSequence("analytic") : LoggingOf(kl));
        if (NoKl.Length > 0 && BestOfNTable.Question(table, _wanted) is { } question) NoKl += " " + question + ".";
        string gold = GoldName(), proxy = ProxyName(gold);
        Columns = new()
        {
            Kl = kl,
            Gold = gold,
            Proxy = proxy,
            Step = Mapped(_wanted.Step, "step") ?? (analytic ? BestOfNTable.NColumn(table, _wanted) ?? throw LacksN()
                : RunSteps.Of(table, "").Column),
            Length = Mapped(_wanted.Length, "length") ?? Find([.. Tool?.Lengths ?? [], .. ColumnNames.Length]) ?? "",
        };
        LowerIsBetter = options.LowerIsBetter ?? (gold.Length > 0
            && s_lower.Any(name => ColumnNames.Is(gold.ToLowerInvariant(), name)
            || ColumnNames.Is(gold.ToLowerInvariant(), "*_" + name)));
        Entropy = Find([.. Tool?.Entropies ?? [], .. ColumnNames.Entropy]) ?? "";
        FlatGroups = Find(Tool?.FlatGroups ?? []) ?? "";
        if (options.LowerIsBetter is null && LowerIsBetter) _notes.Add($"'{gold}' is better when lower: its sign is turned (--lower-is-better).");
    }

    /// <summary>The table, with the columns that the tool's row of the table of tools derives.</summary>
    public RunTable Table => _table;

    public KnownTool? Tool { get; }

    public OptimizationMethod Method { get; }

    public KlLogging Kl { get; }

    public RunColumns Columns { get; }

    public string Entropy { get; }

    public string FlatGroups { get; }

    public bool LowerIsBetter { get; }

    /// <summary>Why there is no KL, a sentence; empty where there is one.</summary>
    public string NoKl { get; private set; } = "";

    /// <summary>Why there is no proxy.</summary>
    public string NoProxy { get; private set; } = "";

    /// <summary>Why there is no gold.</summary>
    public string NoGold { get; private set; } = "";

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The name of the tool, and where it has the KL.</summary>
    public string ToolName => Kl.Averaging == KlAveraging.BestOfN ? "best-of-n results" : Tool is null ? "unknown"
        : Tool.Name + (Tool.Kls.FirstOrDefault(kl => kl.Where.Length > 0 && ColumnNames.Is(Columns.Kl, kl.Name)) is { } column
            ? $" ({column.Where})" : "");

    private string KlName()
    {
        if (Mapped(_wanted.Kl, "KL") is { } mapped)
        {
            if (NotTheKl(mapped) is { } what) throw new InvalidDataException($"{_table.Name}: '{mapped}' is no KL from the initial policy, but {what}.");
            return mapped;
        }
        string[] found = [.. (Tool?.Kls.Select(static kl => kl.Name) ?? [.. ColumnNames.KlPerSequence, .. ColumnNames.Kl,
            .. ColumnNames.KlPerToken])
            .Select(name => Find([name])).OfType<string>().Where(column => NotTheKl(column) is null)];
        string? moving = found.FirstOrDefault(column => Enumerable.Range(0, _table.RowCount)
            .Any(row => !_table.IsMissing(row, column) && _table.Finite(row, column) is not 0));
        if (moving is not null)
        {
            if (Find(["objective/kl0_avg"]) == moving) Disagreement(moving);
            return moving;
        }
        string toLog = Tool is { ToLog.Length: > 0 } ? " " + Tool.ToLog : "";
        if (found.Length > 0) NoKl = $"'{found[0]}' is 0 on every line: no reference was kept (a penalty of weight 0), so no KL was measured.{toLog}";
        else if (OtherDivergence() is { } other) NoKl = $"{_table.Name} has no KL from the initial policy: '{other.Column}' is {other.What}.{(toLog.Length > 0 ? toLog : " Log the KL against the reference policy, or map its column (--kl).")}";
        else if (Tool is not null) NoKl = $"{Tool.Name} logged no KL from the initial policy in {_table.Name}.{toLog}";
        else NoKl = Lacks("KL", "the divergence from the initial policy", "--kl");
        return "";
    }

    private (string Column, string What)? OtherDivergence()
    {
        foreach (var (name, what) in (Tool?.NotTheKl ?? []).Concat(ColumnNames.NotTheKl))
            if (Find([name]) is { } column) return (column, what);
        return null;
    }

    private string? NotTheKl(string column) => What((Tool?.NotTheKl ?? []).Concat(ColumnNames.NotTheKl), column);

    private string? NotAScore(string column) => What((Tool?.NotAScore ?? []).Concat(ColumnNames.NotAScore), column);

    private static string? What(IEnumerable<(string Column, string What)> names, string column) =>
        names.Where(pair => ColumnNames.Is(column, pair.Column)).Select(static pair => pair.What).FirstOrDefault();

    // k1 and k3 estimate the same number; where they differ, lines are stale or tails are long.
    private void Disagreement(string k1)
    {
        if (Find(["objective/kl2_avg"]) is not { } k3) return;
        double[][] both = [.. Enumerable.Range(0, _table.RowCount)
            .Select(row => (First: _table.Finite(row, k1), Second: _table.Finite(row, k3)))
            .Where(static pair => pair is { First: not null, Second: not null })
                .Select(static pair => new[] { pair.First!.Value, pair.Second!.Value })];
        if (both.Length == 0) return;
        double first = both.Average(static pair => pair[0]), second = both.Average(static pair => pair[1]);
        _notes.Add(FormattableString.Invariant($"k1 ('{k1}') is {first:G3} on average and k3 ('{k3}') {second:G3}: both estimate the same KL, so their difference, {second - first:G2}, is what stale samples and long tails make of it."));
    }

    private KlLogging LoggingOf(string column)
    {
        if (Tool?.Kls.FirstOrDefault(kl => ColumnNames.Is(column, kl.Name)) is { } known) return known.Logging;
        KlAveraging averaging = ColumnNames.KlPerSequence.Any(name => ColumnNames.Is(column, name)) ? KlAveraging.SequenceSum
            : ColumnNames.KlPerToken.Any(name => ColumnNames.Is(column, name)) ? KlAveraging.MeanPerToken : KlAveraging.Unknown;
        return new() { Averaging = averaging, Estimator = "unknown" };
    }

    private string GoldName()
    {
        if (Mapped(_wanted.Gold, "gold") is { } mapped)
            return NotAScore(mapped) is { } what ? throw new InvalidDataException($"{_table.Name}: '{mapped}' is no gold, but {what}.") : mapped;
        foreach (string name in (string[])[.. Tool?.Golds ?? [], .. ColumnNames.Gold, .. s_golds])
        {
            string[] found = [.. _table.Has(name) ? [name] : ColumnNames.All(_table, name).Where(IsAMean)];
            if (found.Length == 1) return found[0];
            if (found.Length > 1) return Ambiguous(found);
        }
        string[] called = [.. _table.Columns.Where(column => IsCalledGold(column) && IsAMean(column) && HoldsNumbers(column))];
        if (called.Length == 1) return called[0];
        if (called.Length > 1) return Ambiguous(called);
        NoGold = Lacks("gold", "what counts: an accuracy, a win rate or another reward model's score", "--gold");
        return "";
    }

    // gold_fn or eval/gold, and not contains_gold_sql or gold_count.
    private static bool IsCalledGold(string column)
    {
        string[] words = column.ToLowerInvariant().Split('/', '_', '-', '.', ' ');
        return words.Contains("gold") && !words.Any(static word => word is "contains" or "agree" or "count" or "num" or "n" or "sql" or "text" or "label" or "answer");
    }

    private string Ambiguous(string[] columns)
    {
        NoGold = $"{_table.Name} has {columns.Length} columns that may be gold: {string.Join(", ", columns.Take(20))}. Map one (--gold).";
        return "";
    }

    private string ProxyName(string gold)
    {
        if (Mapped(_wanted.Proxy, "proxy") is { } mapped)
            return NotAScore(mapped) is { } what ? throw new InvalidDataException($"{_table.Name}: '{mapped}' is no score of the proxy, but {what}.") : mapped;
        foreach (string name in (string[])[.. Tool?.Proxies ?? [], .. ColumnNames.Proxy])
        {
            string[] found = [.. (_table.Has(name) ? [name] : ColumnNames.All(_table, name))
                .Where(column => column != gold && IsAMean(column) && NotAScore(column) is null && HoldsNumbers(column))];
            if (found.Length == 1 || (found.Length > 1 && !name.Contains('*', StringComparison.Ordinal))) return found[0];
            if (found.Length <= 1) continue;
            NoProxy = $"{_table.Name} has {found.Length} columns that may be the proxy: {string.Join(", ", found.Take(20))}. Map the one that was optimised (--proxy).";
            return "";
        }
        NoProxy = Lacks("proxy", "the score by the reward model that was optimised", "--proxy");
        return "";
    }

    private static bool IsAMean(string column) => !Errors.IsError(column) && !column.EndsWith("/std", StringComparison.Ordinal)
        && !column.EndsWith("_std", StringComparison.Ordinal) && !column.EndsWith("/max", StringComparison.Ordinal)
            && !column.EndsWith("/min", StringComparison.Ordinal);

    private bool HoldsNumbers(string column) => Enumerable.Range(0, _table.RowCount)
        .Any(row => _table.Finite(row, column) is not null);

    // Of one curve: the column that names the method holds one value, as whose rows these are was settled before.
    private OptimizationMethod MethodOfRows()
    {
        if (Tool is null || !Tool.CurveColumns.Contains(HomeMadeTools.Method)
            || !_table.Has(HomeMadeTools.Method)) return OptimizationMethod.ReinforcementLearning;
        string name = _table.Values(HomeMadeTools.Method).First();
        return MethodName.TryParse(name, out var method) ? method
            : throw _table.Fault(0, HomeMadeTools.Method, $"'{name}' must be {MethodName.Of(OptimizationMethod.BestOfN)} or {MethodName.Of(OptimizationMethod.ReinforcementLearning)}");
    }

    private string? Find(IEnumerable<string> names) => ColumnNames.Find(_table, names);

    private string? Mapped(string column, string role)
    {
        if (column.Length == 0) return null;
        if (_table.Has(column)) return column;
        string metric = WhoseRows.Split(column).Metric;
        return _table.Has(metric) ? metric : throw new InvalidDataException($"{_table.Name} has no column '{column}' for {role}; it has {List()}.");
    }

    private string Lacks(string role, string what, string option) =>
        $"{_table.Name}: no column has a known name for {role} ({what}); map one of {List()} ({option}).";

    private InvalidDataException LacksN() =>
        new($"{_table.Name}: no column has a known name for n, the number of samples that best-of-n chose from; map one of {List()} (--step).");

    private string List() =>
        string.Join(", ", _table.Columns.Take(40).Select(Excerpt.Of)) + (_table.Columns.Count > 40 ? ", .." : "");
}
