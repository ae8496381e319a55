using RewardScaling.Numerics;
using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs.Tools;

/// <summary>The records of a run, kept as columns: a million steps are a few lists of numbers and no objects.</summary>
internal sealed class RunRecords
{
    private readonly ChunkedList<int> _rows = new();
    private readonly EstimateColumn _lastRow = new(), _step = new(), _kl = new(), _proxy = new(), _gold = new(), _length = new(),
        _entropy = new(), _flatGroups = new(), _answers = new();

    public int Count => _rows.Count;

    public RunRecord this[int index] => new()
    {
        Row = _rows[index],
        LastRow = (int?)_lastRow.Number(index),
        Step = _step.Number(index),
        Kl = _kl[index],
        Proxy = _proxy[index],
        Gold = _gold[index],
        Length = _length.Number(index),
        Entropy = _entropy.Number(index),
        FlatGroups = _flatGroups.Number(index),
        Answers = _answers.Number(index) ?? 0,
    };

    /// <summary>All of them, one after another.</summary>
    public IEnumerable<RunRecord> All => Enumerable.Range(0, Count).Select(i => this[i]);

    public void Add(in RunRecord record)
    {
        _rows.Add(record.Row);
        _lastRow.Add((double?)record.LastRow);
        _step.Add(record.Step);
        _kl.Add(record.Kl);
        _proxy.Add(record.Proxy);
        _gold.Add(record.Gold);
        _length.Add(record.Length);
        _entropy.Add(record.Entropy);
        _flatGroups.Add(record.FlatGroups);
        _answers.Add(record.Answers > 0 ? record.Answers : (double?)null);
    }

    /// <summary>The indexes of those that fit.</summary>
    public int[] Which(Func<RunRecord, bool> fits)
    {
        int count = 0;
        for (int i = 0; i < Count; i++)
            if (fits(this[i])) count++;
        int[] which = new int[count];
        for (int i = 0, at = 0; i < Count; i++)
            if (fits(this[i])) which[at++] = i;
        return which;
    }

    /// <summary>Those that fit, in their order.</summary>
    public RunRecords Where(Func<RunRecord, bool> fits)
    {
        var kept = new RunRecords();
        for (int i = 0; i < Count; i++)
            if (this[i] is var record && fits(record)) kept.Add(record);
        return kept;
    }

    /// <summary>
    /// As few records as are asked for, each the mean of as many neighbours, those with the same scores apart from the others so
    /// that a score keeps the KL of its own lines.
    /// </summary>
    /// <param name="most">The most records of each kind.</param>
    public RunRecords Averaged(int most)
    {
        List<RunRecord> averaged = [];
        for (int has = 0; has < 8; has++)
        {
            int[] kind = Which(record => Has(record) == has);
            int groups = Math.Min(most, kind.Length);
            int Begin(int group) => (int)((long)group * kind.Length / groups);
            for (int group = 0; group < groups; group++) averaged.Add(Mean(kind.AsSpan(Begin(group)..Begin(group + 1))));
        }
        var records = new RunRecords();
        foreach (RunRecord record in averaged.OrderBy(static record => record.Row)) records.Add(record);
        return records;
    }

    /// <summary>These and others after them, whose rows begin later.</summary>
    public void AddAll(RunRecords others, int rowsBefore)
    {
        for (int i = 0; i < others.Count; i++)
        {
            RunRecord record = others[i];
            Add(record with { Row = record.Row + rowsBefore, LastRow = record.LastRow + rowsBefore });
        }
    }

    private static int Has(RunRecord record) =>
        (record.Kl is null ? 0 : 1) + (record.Proxy is null ? 0 : 2) + (record.Gold is null ? 0 : 4);

    private RunRecord Mean(ReadOnlySpan<int> neighbours) => neighbours.Length == 1 ? this[neighbours[0]] : new()
    {
        Row = _rows[neighbours[0]],
        LastRow = _rows[neighbours[^1]],
        Step = Mean(_step, neighbours)?.Value,
        Kl = Mean(_kl, neighbours),
        Proxy = Mean(_proxy, neighbours),
        Gold = Mean(_gold, neighbours),
        Length = Mean(_length, neighbours)?.Value,
        Entropy = Mean(_entropy, neighbours)?.Value,
        FlatGroups = Mean(_flatGroups, neighbours)?.Value,
        Answers = (Mean(_answers, neighbours)?.Value ?? 0) * neighbours.Length,
    };

    // An error is known where that of each is, as of numbers that have nothing in common.
    private static Estimate? Mean(EstimateColumn column, ReadOnlySpan<int> neighbours)
    {
        double sum = 0, squares = 0;
        int count = 0;
        bool known = true;
        foreach (int index in neighbours)
        {
            if (column[index] is not { } number) continue;
            sum += number.Value;
            if (number.HasStandardError) squares += number.StandardError * number.StandardError;
            else known = false;
            count++;
        }
        return count == 0 ? null : known ? new(sum / count, Math.Sqrt(squares) / count) : Estimate.WithoutError(sum / count);
    }
}
