namespace RewardScaling.Numerics;

/// <summary>The place of a maximum by golden-section search, for a function that rises to it and falls after it.</summary>
internal static class GoldenSection
{
    private static readonly double Share = (Math.Sqrt(5) - 1) / 2;

    /// <summary>The middle of the last interval.</summary>
    /// <param name="function">The function.</param>
    /// <param name="low">Below the maximum.</param>
    /// <param name="high">Above the maximum.</param>
    /// <param name="width">How narrow the last interval is, positive.</param>
    public static double Maximum(Func<double, double> function, double low, double high, double width)
    {
        while (high - low > width)
        {
            double left = high - Share * (high - low), right = low + Share * (high - low);
            // No number lies between: a width below the spacing of numbers is reached as well as can be.
            if (!(low < left && left < right && right < high)) break;
            if (function(left) < function(right)) low = left; else high = right;
        }
        return 0.5 * (low + high);
    }
}
