namespace RewardScaling.Tool.Analysis;

/// <summary>Which gold is a share of right answers or wins.</summary>
internal static class Shares
{
    private static readonly string[] s_words = ["acc", "correct", "pass", "win", "solve", "exact_match"];

    /// <summary>Whether a column is said to be a share and can be one; a number within [0, 1] alone is none.</summary>
    public static bool Are(string column, IEnumerable<double> values) =>
        Array.Exists(s_words, word => column.Contains(word, StringComparison.OrdinalIgnoreCase))
            && values.All(static value => value is >= 0 and <= 1);
}
