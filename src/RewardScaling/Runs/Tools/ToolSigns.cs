namespace RewardScaling.Runs.Tools;

/// <summary>What the values of a log show where its columns do not tell.</summary>
internal static class ToolSigns
{
    /// <summary>Whether kl falls below 0 on some line: k3 and k2 never do, k1 may.</summary>
    public static bool KlIsNegative(RunTable table) => Values(table, "kl").Any(static kl => kl < 0);

    /// <summary>
    /// Whether kl is a sum over sequences: below 0, as k1 may be and a k3 not, or above 1, which no run keeps up as a mean per
    /// token.
    /// </summary>
    public static bool KlIsOfSequences(RunTable table) => Values(table, "kl").Any(static kl => kl < 0 || kl > 1);

    /// <summary>Whether reward is the sum of the parts on every line, so that no penalty was taken from it.</summary>
    public static bool RewardIsSumOfParts(RunTable table)
    {
        string[] parts = [.. ColumnNames.All(table, "rewards/*/mean")];
        if (parts.Length == 0 || ColumnNames.Find(table, ["reward"]) is not { } reward) return false;
        bool any = false;
        for (int row = 0; row < table.RowCount; row++)
        {
            if (table.Finite(row, reward) is not { } whole) continue;
            double?[] values = [.. parts.Select(part => table.Finite(row, part))];
            if (values.Any(static value => value is null)) continue;
            double sum = values.Sum()!.Value;
            if (Math.Abs(sum - whole) > 1e-4 * (Math.Abs(sum) + Math.Abs(whole)) + 1e-6) return false;
            any |= sum != 0;
        }
        return any;
    }

    private static IEnumerable<double> Values(RunTable table, string name) => ColumnNames.Find(table, [name]) is not { } column
        ? []
        : Enumerable.Range(0, table.RowCount).Select(row => table.Finite(row, column)).OfType<double>();
}
