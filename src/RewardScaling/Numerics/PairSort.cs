using System.Buffers;
using System.Runtime.InteropServices;

namespace RewardScaling.Numerics;

/// <summary>Sorts numbers and what belongs to them, ascending by number.</summary>
/// <remarks>
/// Many are sorted by their highest 33 bits, three digits of 11 from the lowest up (radix sort), and the few that agree in all of
/// these by comparison. 60,000 pairs take about a quarter of the time of a sort by comparisons. The order of equal numbers is not
/// specified.
/// </remarks>
internal static class PairSort
{
    private const int Bits = 11, Digits = 3, Buckets = 1 << Bits, Lowest = 64 - Bits * Digits, Few = 512;

    /// <summary>Sorts in place.</summary>
    /// <param name="keys">The numbers, none of them NaN.</param>
    /// <param name="items">What belongs to each.</param>
    public static void Ascending(double[] keys, double[] items)
    {
        if (keys.Length < Few)
        {
            Array.Sort(keys, items);
            return;
        }
        var pool = ArrayPool<(ulong Key, double Item)>.Shared;
        (ulong Key, double Item)[] first = pool.Rent(keys.Length), second = pool.Rent(keys.Length);
        Span<int> counts = stackalloc int[Digits * Buckets];
        counts.Clear();
        var bits = MemoryMarshal.Cast<double, ulong>(keys.AsSpan());
        var from = first.AsSpan(0, keys.Length);
        for (int i = 0; i < from.Length; i++)
        {
            // The order of the bits is that of the numbers once negative ones are inverted and the others' sign is set.
            ulong key = bits[i] ^ ((ulong)((long)bits[i] >> 63) | 1UL << 63);
            from[i] = (key, items[i]);
            for (int digit = 0; digit < Digits; digit++)
                counts[digit * Buckets + ((int)(key >> (Lowest + digit * Bits)) & (Buckets - 1))]++;
        }
        for (int digit = 0; digit < Digits; digit++)
        {
            var starts = counts.Slice(digit * Buckets, Buckets);
            int shift = Lowest + digit * Bits, next = 0;
            foreach (ref int start in starts) (start, next) = (next, next + start);
            foreach (ref readonly var pair in from) second[starts[(int)(pair.Key >> shift) & (Buckets - 1)]++] = pair;
            (first, second) = (second, first);
            from = first.AsSpan(0, keys.Length);
        }
        for (int i = 0; i < from.Length; i++)
        {
            ulong key = from[i].Key;
            bits[i] = key ^ (~(ulong)((long)key >> 63) | 1UL << 63);
            items[i] = from[i].Item;
        }
        for (int start = 0, end; start < from.Length; start = end)
        {
            ulong head = from[start].Key >> Lowest;
            for (end = start + 1; end < from.Length && from[end].Key >> Lowest == head;) end++;
            if (end - start > 1) keys.AsSpan(start, end - start).Sort(items.AsSpan(start, end - start));
        }
        pool.Return(first);
        pool.Return(second);
    }
}
