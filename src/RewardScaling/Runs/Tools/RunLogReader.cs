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
    private readonly Errors _errors;
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
        _errors = new(_table);
        _notes = [.. part.Notes, .. _choice.Notes];
    }

    public RunLog Read()
    {
        RunRecords records = WithGold(Records());
        if (_choice.Tool is { NoRun.Length: > 0 } other) throw new InvalidDataException($"{_table.Name} is a log of {other.Name}: {other.NoRun}.");
        if (_columns.Kl.Length == 0 && _choice.Kl.Averaging != KlAveraging.BestOfN)
        {
            if (_columns.Proxy.Length == 0)
                throw new InvalidDataException(OtherRows.Describe(_table) ?? $"{_table.Name} tells of no run: no column is known as a KL from the initial policy or as a score that was optimised. If it has them, name them (--kl, --proxy, --gold); its columns are {string.Join(", ", _table.Columns.Take(30).Select(Excerpt.Of))}{(_table.Columns.Count > 30 ? ", .." : "")}.");
            if (_steps.Column.Length == 0 && _choice.Tool is null && ColumnNames.FindLoosely(_table, ColumnNames.Epoch) is null)
                throw new InvalidDataException($"{_choice.NoKl} Nor is there a step (--step), so the rows are not the way of a run; if they are scored samples, name their columns (--prompt, --proxy, --gold).");
        }
        if (records.Count == 0) throw new InvalidDataException($"{_table.Name}: no line has a KL, a score of the proxy or gold.");
        Say(records);
        return new(_part.Label, _table, _choice, records, [.. _choice.Kl.Warnings, .. _notes]);
    }

    private RunRecords Records()
    {
        var records = new RunRecords();
        bool together = _choice.Kl.Averaging != KlAveraging.BestOfN && _steps.Column.Length > 0;
        var groups = RowGroups.Of(_table.RowCount, row => together ? _steps[row] : null);
        for (int group = 0; group < groups.Count; group++)
            if (Record(groups[group]) is var record && IsOfUse(record)) records.Add(record);
        return records;
    }

    private RunRecord Record(ReadOnlySpan<int> rows)
    {
        bool analytic = _choice.Kl.Averaging == KlAveraging.BestOfN;
        double? step = _steps[rows[0]];
        if (step < 0) throw _table.Fault(rows[0], _steps.Column, FormattableString.Invariant($"{step} is no step: steps are counted from 0; map another column (--step) or mend the line"));
        Estimate? proxy = At(rows, _columns.Proxy), gold = At(rows, _columns.Gold);
        Estimate? kl = analytic ? Analytic(rows[0]) : At(rows, _columns.Kl);
        if (kl is { Value: < 0 } && !_choice.Kl.MayBeNegative)
            throw _table.Fault(rows[0], _columns.Kl, FormattableString.Invariant($"{kl.Value.Value} is negative, which {_choice.Kl.Estimator} never is; map the column of the KL (--kl), or say that it is k1 (KlLogging.Estimator)"));
        double? length = Plain(rows, _columns.Length);
        if (length <= 0 && kl is not null && _choice.Kl.IsPerToken)
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
    private Estimate? At(ReadOnlySpan<int> rows, string column)
    {
        if (column.Length == 0) return null;
        Estimate? first = null;
        double sum = 0;
        int count = 0;
        bool differ = false;
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
            Estimate value = _errors.At(row, column);
            first ??= value;
            differ |= value.Value != first.Value.Value;
            sum += value.Value;
            count++;
        }
        if (!differ) return first;
        _averaged = Math.Max(_averaged, count);
        if (_differs.Length == 0)
            _differs = WhatDiffers([.. rows.ToArray().Where(row => _table.Finite(row, column) is not null)], column);
        return Estimate.WithoutError(sum / count);
    }

    // A text that tells the averaged rows apart: they may be no micro-batches, but tests of different things.
    private string WhatDiffers(int[] rows, string column) => _table.Columns.FirstOrDefault(name => name != column
        && rows.All(row => !_table.IsMissing(row, name) && _table.Finite(row, name) is null && !_table.IsNonFinite(row, name))
        && rows.Select(row => _table.Raw(row, name)).Distinct().Count() > 1) is { } text
        ? $"'{column}' by '{text}' ({string.Join(", ", rows.Select(row => Excerpt.Of(_table.Raw(row, text) ?? "")).Distinct().Take(5))})" : "";

    private double? Plain(ReadOnlySpan<int> rows, string column)
    {
        if (column.Length == 0) return null;
        double sum = 0;
        int count = 0;
        foreach (int row in rows)
            if (_table.Finite(row, column) is { } value) (sum, count) = (sum + value, count + 1);
        return count == 0 ? null : sum / count;
    }

    // Scores of gold at steps of their own go to the last line of training before, where that is asked for.
    private RunRecords WithGold(RunRecords records)
    {
        int[] alone = records.Which(static record => record is { Gold: not null, Kl: null, Proxy: null, Step: not null });
        if (alone.Length == 0 || _options.GoldStep == GoldStep.Same || _steps.Column.Length == 0) return records;
        int[] lines = records.Which(static record => record is ({ Proxy: not null } or { Kl: not null }) and { Step: not null });
        double[] steps = Array.ConvertAll(lines, line => records[line].Step!.Value);
        Array.Sort(steps, lines);
        var joined = new Dictionary<int, int>();
        foreach (int gold in alone.OrderBy(gold => records[gold].Step))
        {
            int at = Array.BinarySearch(steps, records[gold].Step!.Value);
            if (at < 0) at = ~at - 1;
            if (at >= 0 && records[lines[at]].Gold is null) joined[lines[at]] = gold;
        }
        if (joined.Count > 0)
            _notes.Add($"{Counted.Of(joined.Count, "score", "scores")} of gold at steps without training {(joined.Count == 1 ? "was" : "were")} given to the last line before, {joined.Max(pair => records[pair.Value].Step - records[pair.Key].Step):G6} steps away at most, as asked.");
        HashSet<int> used = [.. joined.Values];
        var with = new RunRecords();
        for (int i = 0; i < records.Count; i++)
            if (joined.TryGetValue(i, out int gold))
                with.Add(records[i] with { Gold = records[gold].Gold, Answers = records[gold].Answers });
            else if (!used.Contains(i)) with.Add(records[i]);
        return with;
    }

    private void Say(RunRecords records)
    {
        bool needsLength = _choice.Kl.IsPerToken && _columns.Length.Length > 0;
        int points = 0, proxied = 0, withoutGold = 0, partial = 0, unmeasured = 0, alone = 0;
        for (int i = 0; i < records.Count; i++)
        {
            RunRecord record = records[i];
            if (record is not { Kl: not null, Proxy: not null }) partial++;
            if (record is { Gold: not null, Kl: null, Proxy: null }) alone++;
            if (record.Kl is null) continue;
            if (needsLength && record.Length is null) unmeasured++;
            else if (record.Proxy is not null)
            {
                proxied++;
                if (record.Gold is null) withoutGold++;
                else points++;
            }
        }
        bool stepped = _steps.Column.Length > 0;
        if (_broken.Count > 0) _notes.Add($"{Counted.Lines(_broken.Count)} with NaN or an infinity in a column that is used left out, as asked.");
        if (_averaged > 1)
            _notes.Add($"Up to {_averaged} lines have one step, as micro-batches do: their mean counts, each line the same.{(_differs.Length > 0 ? $" But they tell {_differs} apart: keep one of them if they are not the same thing (--where)." : "")}");
        if (_columns.Kl.Length > 0 || _choice.Kl.Averaging == KlAveraging.BestOfN)
        {
            int others = _table.RowCount - proxied;
            if (others > 0 && !stepped) _notes.Add($"{Counted.Lines(others)} without KL or proxy are not points.");
            else if (partial > 0)
                _notes.Add($"{Counted.Of(partial, "step", "steps")} without KL or proxy {(partial == 1 ? "is no point" : "are no points")}.");
            if (_columns.Gold.Length > 0 && withoutGold > 0)
                _notes.Add($"{Counted.Lines(withoutGold)} with KL and proxy found no gold at their step and are left out of gold's law.");
            if (unmeasured > 0)
                _notes.Add($"{Counted.Lines(unmeasured)} with KL but without '{_columns.Length}' {(unmeasured == 1 ? "is" : "are")} left out: a mean per token needs the length.");
        }
        if (stepped && _options.GoldStep == GoldStep.Same && points < records.Count && alone > 0)
            _notes.Add($"{Counted.Of(alone, "score", "scores")} of gold {(alone == 1 ? "stands" : "stand")} at steps without a line of training; --gold-at nearest-earlier (GoldStep.NearestEarlier) gives each to the last line before.");
        if (_table.OtherLines > 0) _notes.Add($"{Counted.Lines(_table.OtherLines)} of the output are not metrics.");
        _notes.AddRange(_table.Notes);
    }
}
