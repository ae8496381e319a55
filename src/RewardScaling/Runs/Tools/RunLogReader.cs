using RewardScaling.BestOfN;
using RewardScaling.Numerics;
using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs.Tools;

/// <summary>Makes points of the rows of one run.</summary>
internal sealed class RunLogReader
{
    private readonly RunPart _part;
    private readonly RunLogOptions _options;
    private readonly ColumnChoice _choice;
    private readonly RunTable _table;
    private readonly RunColumns _columns;
    private readonly RunSteps _steps;
    private readonly List<string> _notes;
    private readonly HashSet<int> _broken = [];
    private int _averaged;
    private string _differs = "";

    public RunLogReader(RunPart part, RunLogOptions options)
    {
        (_part, _options) = (part, options);
        _choice = new(part.Table, options);
        (_table, _columns) = (_choice.Table, _choice.Columns);
        _steps = RunSteps.Of(_table, _columns.Step);
        _notes = [.. part.Notes, .. _choice.Notes];
    }

    public RunLog Read()
    {
        List<RunRecord> records = WithGold([.. Rows().Select(Record).Where(IsOfUse)]);
        if (_choice.Tool is { NoRun.Length: > 0 }) throw new InvalidDataException(_choice.NoProxy);
        if (_columns.Kl.Length == 0 && _choice.Kl.Averaging != KlAveraging.BestOfN)
        {
            if (_columns.Proxy.Length == 0)
                throw new InvalidDataException($"{_table.Name} tells of no run: no column is known as a KL from the initial policy or as a score that was optimised. If it has them, name them (--kl, --proxy, --gold); its columns are {string.Join(", ", _table.Columns.Take(30))}{(_table.Columns.Count > 30 ? ", .." : "")}.");
            if (_steps.Column.Length == 0 && _choice.Tool is null && ColumnNames.FindLoosely(_table, ColumnNames.Epoch) is null)
                throw new InvalidDataException($"{_choice.NoKl} Nor is there a step (--step), so the rows are not the way of a run; if they are scored samples, name their columns (--prompt, --proxy, --gold).");
        }
        if (records.Count == 0) throw new InvalidDataException($"{_table.Name}: no line has a KL, a score of the proxy or gold.");
        bool perToken = _choice.Kl.Averaging is KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens;
        bool needsLength = perToken && _columns.Length.Length > 0;
        RunRecord[] withKl = [.. records.Where(record => record.Kl is not null && (!needsLength || record.Length is not null))];
        RunLogPoint[] points = [.. withKl.Where(static record => record is { Proxy: not null, Gold: not null }).Select(Point)];
        Say(records, withKl, points.Length, needsLength);
        return new(_part.Label, _table, _choice, points, withKl, [.. records.Select(Course)],
            [.. _choice.Kl.Warnings, .. _notes]);
    }

    private RunLogPoint Point(RunRecord record) => new(record.Row, record.Step ?? record.Row + 1, record.Step is not null,
        record.Kl!.Value,
        record.Length ?? 0, record.Proxy!.Value, record.Gold!.Value, record.Answers);

    private RunCoursePoint Course(RunRecord record, int index) => new()
    {
        Step = record.Step ?? index + 1,
        Place = PlaceOf(_table, record.Row, record.Step),
        Kl = record.Kl?.Value,
        Proxy = record.Proxy,
        Gold = record.Gold,
        Length = record.Length,
        Entropy = record.Entropy,
        FlatGroups = record.FlatGroups,
    };

    /// <summary>Where a row stands, for a person: a row's number is no step.</summary>
    public static string PlaceOf(RunTable table, int row, double? step)
    {
        if (step is { } logged) return FormattableString.Invariant($"step {logged}");
        string epoch = ColumnNames.FindLoosely(table, ColumnNames.Epoch) is { } column && table.Finite(row, column) is { } value
            ? FormattableString.Invariant($"; {column} {value:G4}") : "";
        return FormattableString.Invariant($"line {table.LineOf(row)} of the log (no step is logged{epoch})");
    }

    // The rows of each step together: a tool may write them on lines of their own, and micro-batches too.
    private IEnumerable<int[]> Rows()
    {
        if (_choice.Kl.Averaging == KlAveraging.BestOfN
            || _steps.Column.Length == 0) return Enumerable.Range(0, _table.RowCount).Select(static row => new[] { row });
        return Enumerable.Range(0, _table.RowCount).GroupBy(row => _steps[row] is { } step ? (step, -1) : (0, row))
            .Select(static rows => rows.ToArray());
    }

    private RunRecord Record(int[] rows)
    {
        bool analytic = _choice.Kl.Averaging == KlAveraging.BestOfN;
        double? step = _steps[rows[0]];
        Estimate? proxy = At(rows, _columns.Proxy), gold = At(rows, _columns.Gold);
        Estimate? kl = analytic ? Analytic(rows[0]) : At(rows, _columns.Kl);
        if (kl is { Value: < 0 } && !_choice.Kl.MayBeNegative)
            throw _table.Fault(rows[0], _columns.Kl, FormattableString.Invariant($"{kl.Value.Value} is negative, which {_choice.Kl.Estimator} never is; map the column of the KL (--kl), or say that it is k1 (KlLogging.Estimator)"));
        double? length = Plain(rows, _columns.Length);
        if (length <= 0 && kl is not null && _choice.Kl.Averaging is KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens
            && length is not null)
            throw _table.Fault(rows[0], _columns.Length, FormattableString.Invariant($"{length} must be positive: it is the mean number of tokens of a response"));
        return new()
        {
            Row = rows[0],
            Step = step,
            Kl = kl,
            Proxy = proxy,
            Gold = _choice.LowerIsBetter && gold is { } lower ? lower.HasStandardError ? new(-lower.Value, lower.StandardError)
                : Estimate.WithoutError(-lower.Value) : gold,
            Length = length,
            Entropy = Plain(rows, _choice.Entropy),
            FlatGroups = Plain(rows, _choice.FlatGroups),
            Answers = _choice.Tool?.Answers is { } unit && ColumnNames.Find(_table, [unit.Column]) is { } counted
                && Plain(rows, counted) is { } count ? unit.Each * count : 0,
        };
    }

    private bool IsOfUse(RunRecord record) => !_broken.Contains(record.Row)
        && (record.Kl is not null || record.Proxy is not null || record.Gold is not null);

    private Estimate? Analytic(int row)
    {
        if (_table.IsMissing(row, _columns.Step)) return null;
        double n = _table.Number(row, _columns.Step);
        return n >= 1 && n == Math.Floor(n) ? Estimate.Exact(BestOfNTheory.Kl(n).Value)
            : throw _table.Fault(row, _columns.Step, FormattableString.Invariant($"{n} must be a whole number from 1: the n of best-of-n"));
    }

    // A column at one step: what its rows say, or the mean of what they say, each counting the same.
    private Estimate? At(int[] rows, string column)
    {
        if (column.Length == 0) return null;
        List<Estimate> values = [];
        List<int> held = [];
        foreach (int row in rows)
        {
            if (_table.IsMissing(row, column)) continue;
            if (_table.IsNonFinite(row, column))
            {
                if (_options.NonFinite == NonFiniteRule.Fail)
                    throw _table.Fault(row, column, $"{Excerpt.Of(_table.Raw(row, column) ?? "")} is not a finite number; a run that logs it has usually broken down there. Leave such lines out with --skip-nan (NonFiniteRule.LeaveOut)");
                _broken.Add(rows[0]);
                continue;
            }
            values.Add(Errors.At(_table, row, column));
            held.Add(row);
        }
        if (values.Count == 0) return null;
        if (values.Select(static value => value.Value).Distinct().Count() == 1) return values[0];
        _averaged = Math.Max(_averaged, values.Count);
        if (_differs.Length == 0) _differs = WhatDiffers(held, column);
        return Estimate.WithoutError(values.Average(static value => value.Value));
    }

    // A text that tells the averaged rows apart: they may be no micro-batches, but tests of different things.
    private string WhatDiffers(List<int> rows, string column) => _table.Columns.FirstOrDefault(name => name != column
        && rows.All(row => !_table.IsMissing(row, name) && _table.Finite(row, name) is null && !_table.IsNonFinite(row, name))
        && rows.Select(row => _table.Raw(row, name)).Distinct().Count() > 1) is { } text
        ? $"'{column}' by '{text}' ({string.Join(", ", rows.Select(row => Excerpt.Of(_table.Raw(row, text) ?? "")).Distinct().Take(5))})" : "";

    private double? Plain(int[] rows, string column)
    {
        if (column.Length == 0) return null;
        double[] values = [.. rows.Select(row => _table.Finite(row, column)).OfType<double>()];
        return values.Length == 0 ? null : values.Average();
    }

    // Scores of gold at steps of their own go to the last line of training before, where that is asked for.
    private List<RunRecord> WithGold(List<RunRecord> records)
    {
        int alone = records.Count(static record => record is { Gold: not null, Kl: null, Proxy: null });
        if (alone == 0 || _options.GoldStep == GoldStep.Same || _steps.Column.Length == 0) return records;
        RunRecord[] lines = [.. records.Where(static record => record is { Proxy: not null } or { Kl: not null })];
        var joined = new Dictionary<RunRecord, RunRecord>(ReferenceEqualityComparer.Instance);
        foreach (RunRecord gold in records.Where(static record =>
            record is { Gold: not null, Kl: null, Proxy: null, Step: not null }).OrderBy(static record => record.Step))
            if (lines.Where(line => line.Step <= gold.Step).MaxBy(static line =>
                line.Step) is { Gold: null } line) joined[line] = gold;
        if (joined.Count > 0)
            _notes.Add($"{Counted.Of(joined.Count, "score", "scores")} of gold at steps without training {(joined.Count == 1 ? "was" : "were")} given to the last line before, {joined.Max(static pair => pair.Value.Step - pair.Key.Step):G6} steps away at most, as asked.");
        var used = joined.Values.ToHashSet<RunRecord>(ReferenceEqualityComparer.Instance);
        return [.. records.Where(record => !used.Contains(record)).Select(record => joined.TryGetValue(record, out var gold)
            ? record with { Gold = gold.Gold, Answers = gold.Answers } : record)];
    }

    private void Say(List<RunRecord> records, RunRecord[] withKl, int points, bool needsLength)
    {
        bool stepped = _steps.Column.Length > 0;
        if (_broken.Count > 0) _notes.Add($"{Counted.Lines(_broken.Count)} with NaN or an infinity in a column that is used left out, as asked.");
        if (_averaged > 1)
            _notes.Add($"Up to {_averaged} lines have one step, as micro-batches do: their mean counts, each line the same.{(_differs.Length > 0 ? $" But they tell {_differs} apart: keep one of them if they are not the same thing (--where)." : "")}");
        if (_columns.Kl.Length > 0 || _choice.Kl.Averaging == KlAveraging.BestOfN)
        {
            int others = _table.RowCount - withKl.Count(static record => record.Proxy is not null);
            if (others > 0 && !stepped) _notes.Add($"{Counted.Lines(others)} without KL or proxy are not points.");
            else if (records.Count(static record => record is not { Kl: not null, Proxy: not null }) is > 0 and var partial)
                _notes.Add($"{Counted.Of(partial, "step", "steps")} without KL or proxy {(partial == 1 ? "is no point" : "are no points")}.");
            if (_columns.Gold.Length > 0 && withKl.Count(static record =>
                record is { Proxy: not null, Gold: null }) is > 0 and var without)
                _notes.Add($"{Counted.Lines(without)} with KL and proxy found no gold at their step and are left out of gold's law.");
            if (needsLength && records.Count(static record => record is { Kl: not null, Length: null }) is > 0 and var unmeasured)
                _notes.Add($"{Counted.Lines(unmeasured)} with KL but without '{_columns.Length}' {(unmeasured == 1 ? "is" : "are")} left out: a mean per token needs the length.");
        }
        if (stepped && _options.GoldStep == GoldStep.Same && points < records.Count
            && records.Count(static record => record is { Gold: not null, Kl: null, Proxy: null }) is > 0 and var alone)
            _notes.Add($"{Counted.Of(alone, "score", "scores")} of gold {(alone == 1 ? "stands" : "stand")} at steps without a line of training; --gold-at nearest-earlier (GoldStep.NearestEarlier) gives each to the last line before.");
        if (_table.OtherLines > 0) _notes.Add($"{Counted.Lines(_table.OtherLines)} of the output are not metrics.");
        _notes.AddRange(_table.Notes);
    }
}
