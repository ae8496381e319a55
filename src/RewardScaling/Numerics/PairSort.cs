using System.Buffers;

namespace RewardScaling.Numerics;

/// <summary>Sorts numbers and what belongs to them, ascending by number.</summary>
/// <remarks>
/// Many are sorted by their place between the lowest and the highest number, of which there are four million, in two digits of 11
/// bits (radix sort); those few that share a place, by comparison. Numbers that crowd into few places, because one lies far off,
/// cost as much as a sort by comparisons. The order of equal numbers is not specified.
/// </remarks>
internal static class PairSort
{
    private const int Bits = 11, Buckets = 1 << Bits, Places = 1 << (2 * Bits), Few = 512;

    /// <summary>Sorted copies.</summary>
    /// <param name="keys">The numbers, finite.</param>
    /// <param name="items">What belongs to each.</param>
    public static (double[] Keys, double[] Items) Ascending(ReadOnlySpan<double> keys, ReadOnlySpan<double> items)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double key in keys)
        {
            if (key < low) low = key;
            if (key > high) high = key;
        }
        double scale = (Places - 1) / (high - low);
        // Neither numbers that all agree nor the ends of what a double holds have places between them.
        if (keys.Length < Few || !double.IsNormal(scale))
        {
            double[] few = keys.ToArray(), theirs = items.ToArray();
            Array.Sort(few, theirs);
            return (few, theirs);
        }
        var pool = ArrayPool<ulong>.Shared;
        ulong[] first = pool.Rent(keys.Length), second = pool.Rent(keys.Length);
        Span<int> lower = stackalloc int[Buckets], upper = stackalloc int[Buckets];
        lower.Clear();
        upper.Clear();
        // The place above, the index below: one number to move.
        for (int i = 0; i < keys.Length; i++)
        {
            int place = (int)((keys[i] - low) * scale);
            first[i] = (ulong)place << 32 | (uint)i;
            lower[place & (Buckets - 1)]++;
            upper[place >> Bits]++;
        }
        Spread(first.AsSpan(0, keys.Length), second, lower, 32);
        Spread(second.AsSpan(0, keys.Length), first, upper, 32 + Bits);
        double[] sorted = GC.AllocateUninitializedArray<double>(keys.Length),
            moved = GC.AllocateUninitializedArray<double>(keys.Length);
        for (int i = 0; i < sorted.Length; i++)
        {
            int index = (int)(uint)first[i];
            (sorted[i], moved[i]) = (keys[index], items[index]);
        }
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            bool ascends = true;
            for (end = start + 1; end < sorted.Length && first[end] >> 32 == first[start] >> 32; end++)
                ascends &= sorted[end] >= sorted[end - 1];
            if (!ascends) sorted.AsSpan(start, end - start).Sort(moved.AsSpan(start, end - start));
        }
        pool.Return(first);
        pool.Return(second);
        return (sorted, moved);
    }

    // One pass: by a digit, and as before where it is the same.
    private static void Spread(ReadOnlySpan<ulong> from, ulong[] to, Span<int> counts, int shift)
    {
        int next = 0;
        foreach (ref int start in counts) (start, next) = (next, next + start);
        foreach (ulong pair in from) to[counts[(int)(pair >> shift) & (Buckets - 1)]++] = pair;
    }
}
