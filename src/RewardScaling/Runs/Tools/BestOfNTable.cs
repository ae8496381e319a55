using RewardScaling.BestOfN;

namespace RewardScaling.Runs.Tools;

/// <summary>Recognises results of best-of-n by their numbers: one column of that name proves nothing.</summary>
internal static class BestOfNTable
{
    private static readonly string[] s_n = ["n", "N", "bon_n", "best_of", "best_of_n", "n_samples", "num_samples"];

    /// <summary>The column of n; null where no column may be it.</summary>
    public static string? NColumn(RunTable table, RunColumns wanted) =>
        wanted.Step.Length > 0 && s_n.Contains(wanted.Step) ? wanted.Step : s_n.FirstOrDefault(table.Has);

    /// <summary>
    /// Whether rows are results of best-of-n: their KL is ln n - (n - 1) / n on every row; or, without a KL and without a step, n
    /// goes from 1 or the scores bear the names of llm_optimization's results.
    /// </summary>
    public static bool Recognises(RunTable table, RunColumns wanted)
    {
        if (NColumn(table, wanted) is not { } column) return false;
        double?[] n = [.. Enumerable.Range(0, table.RowCount).Select(row => table.Finite(row, column))];
        if (!n.All(static value => value is >= 1 && value == Math.Floor(value.Value))) return false;
        if (KlColumns(table, wanted).ToArray() is { Length: > 0 } kls) return kls.Any(kl => IsAnalytic(table, n, kl));
        bool stepped = table.Columns.Any(static name => ColumnNames.Step.Any(step =>
            ColumnNames.Is(name.ToLowerInvariant(), step)));
        return !stepped && wanted.Kl.Length == 0 && (n.Min() == 1 || (table.Has("proxy_score") && table.Has("gold_score")));
    }

    /// <summary>What may be done where an n is there and nothing tells whether it is that of best-of-n; null where none
    /// is.</summary>
    public static string? Question(RunTable table, RunColumns wanted) => NColumn(table, wanted) is not { } column
        || Enumerable.Range(0, table.RowCount).Count(row => table.Finite(row, column) is not null) < 2 ? null
        : $"If '{column}' is the n of best-of-n, say so (--method best-of-n, RunLogOptions.Method)";

    private static IEnumerable<string> KlColumns(RunTable table, RunColumns wanted) => wanted.Kl.Length > 0
        ? table.Has(wanted.Kl) ? [wanted.Kl] : []
        : table.Columns.Where(static column => ColumnNames.KlPerSequence.Concat(ColumnNames.Kl)
            .Any(name => ColumnNames.Is(column, name))
            || column.Contains("kl", StringComparison.OrdinalIgnoreCase));

    // To the digits that were written, five at least.
    private static bool IsAnalytic(RunTable table, double?[] n, string kl)
    {
        int compared = 0;
        for (int row = 0; row < n.Length; row++)
        {
            if (table.Finite(row, kl) is not { } value) continue;
            double expected = BestOfNTheory.Kl(n[row]!.Value).Value;
            if (Math.Abs(value - expected) > 6e-3 + 1e-3 * expected) return false;
            if (n[row] > 1) compared++;
        }
        return compared >= 2;
    }
}
