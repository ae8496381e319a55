namespace RewardScaling.Runs.Gate;

/// <summary>What numbers that were rounded before they were written can still say.</summary>
internal static class RoundedNumbers
{
    private const int Most = 6;

    /// <summary>
    /// Whether numbers do not differ by more than their rounding: all equal, or two neighbours of the last decimal that is
    /// written, as 0.50 and 0.51.
    /// </summary>
    public static bool AreConstant(ReadOnlySpan<double> values)
    {
        double low = values[0], high = values[0];
        foreach (double value in values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        double spread = high - low;
        if (spread <= 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high))) return true;
        // A single 0.50 beside 0.51 may be a change; both coming and going are one number, rounded both ways.
        return Decimals(values) is int decimals and > 0 && spread < 1.5 * Math.Pow(10, -decimals) && Turns(values) >= 3;
    }

    /// <summary>The decimals that numbers were rounded to, at most six; null when they have more.</summary>
    public static int? Decimals(ReadOnlySpan<double> values)
    {
        for (int decimals = 0; decimals <= Most; decimals++)
        {
            bool all = true;
            foreach (double value in values)
                all &= Math.Abs(Math.Round(value, decimals) - value) <= 1e-12 * Math.Max(1, Math.Abs(value));
            if (all) return decimals;
        }
        return null;
    }

    private static int Turns(ReadOnlySpan<double> values)
    {
        int turns = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] != values[i - 1]) turns++;
        return turns;
    }
}
