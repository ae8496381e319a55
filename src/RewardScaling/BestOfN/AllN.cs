namespace RewardScaling.BestOfN;

/// <summary>The n at which a pool is looked at for its highest gold.</summary>
internal static class AllN
{
    private const int Every = 64;

    /// <summary>Every n to 64, from there in steps of at most 5 percent, and the largest.</summary>
    /// <param name="samples">The largest n.</param>
    public static int[] UpTo(int samples)
    {
        var all = new List<int>();
        for (int n = 1; n < samples; n += n < Every ? 1 : Math.Max(1, n / 20)) all.Add(n);
        all.Add(samples);
        return [.. all];
    }
}
