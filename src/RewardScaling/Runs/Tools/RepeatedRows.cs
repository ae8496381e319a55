namespace RewardScaling.Runs.Tools;

/// <summary>Finds rows that are repeated word for word.</summary>
/// <remarks>Rows are compared where their hashes are equal, so that a million rows take two numbers each and no texts.</remarks>
internal static class RepeatedRows
{
    /// <summary>The rows of a table, each of several that are equal once, the first.</summary>
    public static List<int> Without(RunTable table)
    {
        ulong[] hashes = new ulong[table.RowCount];
        for (int column = 0; column < table.Columns.Count; column++)
            for (int row = 0; row < hashes.Length; row++)
                if (table.TryCell(row, table.Columns[column], out Formats.RunCell cell))
                    hashes[row] = Mixed(hashes[row] ^ Mixed((ulong)column + 1) ^ (ulong)cell.HashOfContent());
        HashSet<ulong> several = Several(hashes);
        if (several.Count == 0) return [.. Enumerable.Range(0, hashes.Length)];
        var seen = new Dictionary<ulong, List<int>>();
        List<int> kept = [];
        for (int row = 0; row < hashes.Length; row++)
        {
            if (several.Contains(hashes[row]))
            {
                if (!seen.TryGetValue(hashes[row], out List<int>? others)) seen.Add(hashes[row], others = []);
                if (others.Exists(other => AreEqual(table, row, other))) continue;
                others.Add(row);
            }
            kept.Add(row);
        }
        return kept;
    }

    private static HashSet<ulong> Several(ulong[] hashes)
    {
        ulong[] sorted = [.. hashes];
        Array.Sort(sorted);
        HashSet<ulong> several = [];
        for (int i = 1; i < sorted.Length; i++)
            if (sorted[i] == sorted[i - 1]) several.Add(sorted[i]);
        return several;
    }

    private static bool AreEqual(RunTable table, int row, int other)
    {
        foreach (string column in table.Columns)
            if (table.Raw(row, column) != table.Raw(other, column)) return false;
        return true;
    }

    // The finaliser of SplitMix64: every bit of the input moves every bit of the output.
    private static ulong Mixed(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
