namespace RewardScaling.Runs.Gate;

/// <summary>An entropy below 0, which says that the logged log-probabilities are not those of the policy that sampled.</summary>
internal static class EntropyGate
{
    // The loss made of an entropy is its negative; a coefficient is none.
    private static readonly string[] s_others = ["loss", "coef", "bonus", "cross"];

    public static IEnumerable<GateFinding> Findings(GatedRun run)
    {
        if (run.Table is not { } table) yield break;
        foreach (string column in table.Columns.Where(IsEntropy))
            if (Lowest(table, column) is var (row, lowest))
                yield return new(GateSubject.Kl, GateRuling.Warning, FormattableString.Invariant($"'{column}' is {lowest:G4} on line {table.LineOf(row)}: an entropy of tokens is never negative, so the policy that sampled is not the one that was scored, and the KL beside it is suspect too."));
    }

    private static bool IsEntropy(string column) => column.Contains("entropy", StringComparison.OrdinalIgnoreCase)
        && !Array.Exists(s_others, word => column.Contains(word, StringComparison.OrdinalIgnoreCase));

    // Rounding and single precision may leave a certain policy a hair below 0.
    private static (int Row, double Value)? Lowest(RunTable table, string column)
    {
        (int Row, double Value)? lowest = null;
        for (int row = 0; row < table.RowCount; row++)
            if (table.Finite(row, column) is { } value && value < Math.Min(-0.01, lowest?.Value ?? 0)) lowest = (row, value);
        return lowest;
    }
}
