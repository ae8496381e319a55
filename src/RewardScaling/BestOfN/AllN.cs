namespace RewardScaling.BestOfN;

/// <summary>The n at which a pool is looked at for its highest gold.</summary>
internal static class AllN
{
    /// <summary>Every n to 64, from there in steps of at most 5 percent, and the largest.</summary>
    /// <param name="samples">The largest n.</param>
    public static int[] UpTo(int samples) => UpTo(samples, 64, 20);

    /// <summary>Some n, and between them every n to 8 and steps of at most 20 percent to the largest: what a study keeps of every
    /// prompt, about three times its n.</summary>
    /// <param name="n">The n of the curve.</param>
    /// <param name="samples">The largest n.</param>
    public static int[] Around(IReadOnlyList<int> n, int samples) => [.. UpTo(samples, 8, 5).Union(n).Order()];

    private static int[] UpTo(int samples, int every, int part)
    {
        var all = new List<int>();
        for (int n = 1; n < samples; n += n < every ? 1 : Math.Max(1, n / part)) all.Add(n);
        all.Add(samples);
        return [.. all];
    }
}
