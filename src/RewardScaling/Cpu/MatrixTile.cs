using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>
/// The innermost loops of <see cref="MatrixProduct{T, TLanes}"/>: some rows of one panel, their sums kept in registers over all
/// terms.
/// </summary>
/// <remarks>
/// Everywhere the same arguments: terms; A, from row to row and from term to term; the panel of B, from term to term; what the
/// sums start from, and C, from row to row of each.
/// </remarks>
internal static unsafe class MatrixTile<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>
    /// Fewer than 6 rows of one panel. Rows past the last repeat the last: they compute and store the same numbers again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Last(int rows, int depth, T* a, nint aRow, nint aTerm, T* b, nint bRow, T* start, nint startRow, T* c,
        nint cRow, byte* ahead, nint step)
    {
        nint r3 = Math.Min(3, rows - 1), r4 = Math.Min(4, rows - 1), r5 = rows - 1;
        Six(depth, a, aRow, 2 * aRow, r3 * aRow, r4 * aRow, r5 * aRow, aTerm, b, bRow, start, startRow, 2 * startRow,
            r3 * startRow, r4 * startRow, r5 * startRow, c, cRow, 2 * cRow, r3 * cRow, r4 * cRow, r5 * cRow, ahead, step);
    }

    /// <summary>6 rows of one panel: where each row lies in A, in the start and in C is said row by row. With each term some
    /// bytes further ahead are fetched into the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Six(int depth, T* a, nint a1, nint a2, nint a3, nint a4, nint a5, nint aTerm, T* b, nint bRow,
        T* start, nint s1, nint s2, nint s3, nint s4, nint s5, T* c, nint c1, nint c2, nint c3, nint c4, nint c5, byte* ahead,
        nint step)
    {
        int n = TLanes.Count;
        TLanes c00 = TLanes.Load(start), c01 = TLanes.Load(start + n);
        TLanes c10 = TLanes.Load(start + s1), c11 = TLanes.Load(start + s1 + n);
        TLanes c20 = TLanes.Load(start + s2), c21 = TLanes.Load(start + s2 + n);
        TLanes c30 = TLanes.Load(start + s3), c31 = TLanes.Load(start + s3 + n);
        TLanes c40 = TLanes.Load(start + s4), c41 = TLanes.Load(start + s4 + n);
        TLanes c50 = TLanes.Load(start + s5), c51 = TLanes.Load(start + s5 + n);
        for (int k = 0; k < depth; k++)
        {
            TLanes b0 = TLanes.Load(b), b1 = TLanes.Load(b + n), x;
            x = TLanes.Broadcast(a[0]);
            c00 = TLanes.Fma(x, b0, c00);
            c01 = TLanes.Fma(x, b1, c01);
            x = TLanes.Broadcast(a[a1]);
            c10 = TLanes.Fma(x, b0, c10);
            c11 = TLanes.Fma(x, b1, c11);
            x = TLanes.Broadcast(a[a2]);
            c20 = TLanes.Fma(x, b0, c20);
            c21 = TLanes.Fma(x, b1, c21);
            x = TLanes.Broadcast(a[a3]);
            c30 = TLanes.Fma(x, b0, c30);
            c31 = TLanes.Fma(x, b1, c31);
            x = TLanes.Broadcast(a[a4]);
            c40 = TLanes.Fma(x, b0, c40);
            c41 = TLanes.Fma(x, b1, c41);
            x = TLanes.Broadcast(a[a5]);
            c50 = TLanes.Fma(x, b0, c50);
            c51 = TLanes.Fma(x, b1, c51);
            CacheLine.Fetch(ahead);
            CacheLine.Fetch(ahead + step / 2);
            ahead += step;
            a += aTerm;
            b += bRow;
        }
        Store(c, c00, c01);
        Store(c + c1, c10, c11);
        Store(c + c2, c20, c21);
        Store(c + c3, c30, c31);
        Store(c + c4, c40, c41);
        Store(c + c5, c50, c51);
    }

    /// <summary>As <see cref="Six"/> for half a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Half(int rows, int depth, T* a, nint aRow, nint aTerm, T* b, nint bRow, T* start, nint startRow, T* c,
        nint cRow)
    {
        nint r1 = Math.Min(1, rows - 1), r2 = Math.Min(2, rows - 1), r3 = Math.Min(3, rows - 1), r4 = Math.Min(4, rows - 1),
            r5 = Math.Min(5, rows - 1);
        TLanes c0 = TLanes.Load(start), c1 = TLanes.Load(start + r1 * startRow), c2 = TLanes.Load(start + r2 * startRow);
        TLanes c3 = TLanes.Load(start + r3 * startRow), c4 = TLanes.Load(start + r4 * startRow),
            c5 = TLanes.Load(start + r5 * startRow);
        nint a1 = r1 * aRow, a2 = r2 * aRow, a3 = r3 * aRow, a4 = r4 * aRow, a5 = r5 * aRow;
        for (int k = 0; k < depth; k++)
        {
            var b0 = TLanes.Load(b);
            c0 = TLanes.Fma(TLanes.Broadcast(a[0]), b0, c0);
            c1 = TLanes.Fma(TLanes.Broadcast(a[a1]), b0, c1);
            c2 = TLanes.Fma(TLanes.Broadcast(a[a2]), b0, c2);
            c3 = TLanes.Fma(TLanes.Broadcast(a[a3]), b0, c3);
            c4 = TLanes.Fma(TLanes.Broadcast(a[a4]), b0, c4);
            c5 = TLanes.Fma(TLanes.Broadcast(a[a5]), b0, c5);
            a += aTerm;
            b += bRow;
        }
        TLanes.Store(c, c0);
        TLanes.Store(c + r1 * cRow, c1);
        TLanes.Store(c + r2 * cRow, c2);
        TLanes.Store(c + r3 * cRow, c3);
        TLanes.Store(c + r4 * cRow, c4);
        TLanes.Store(c + r5 * cRow, c5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(int depth, T* a, nint aTerm, T* b, nint bRow, T* start, T* c)
    {
        int n = TLanes.Count;
        TLanes c0 = TLanes.Load(start), c1 = TLanes.Load(start + n);
        for (int k = 0; k < depth; k++)
        {
            var x = TLanes.Broadcast(*a);
            c0 = TLanes.Fma(x, TLanes.Load(b), c0);
            c1 = TLanes.Fma(x, TLanes.Load(b + n), c1);
            a += aTerm;
            b += bRow;
        }
        Store(c, c0, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(int depth, T* a, nint aTerm, T* b, nint bRow, nint bPanel, T* start, nint startPanel, T* c,
        nint cPanel)
    {
        int n = TLanes.Count;
        TLanes c0 = TLanes.Load(start), c1 = TLanes.Load(start + n);
        TLanes c2 = TLanes.Load(start + startPanel), c3 = TLanes.Load(start + startPanel + n);
        TLanes c4 = TLanes.Load(start + 2 * startPanel), c5 = TLanes.Load(start + 2 * startPanel + n);
        T* second = b + bPanel, third = second + bPanel;
        for (int k = 0; k < depth; k++)
        {
            var x = TLanes.Broadcast(*a);
            c0 = TLanes.Fma(x, TLanes.Load(b), c0);
            c1 = TLanes.Fma(x, TLanes.Load(b + n), c1);
            c2 = TLanes.Fma(x, TLanes.Load(second), c2);
            c3 = TLanes.Fma(x, TLanes.Load(second + n), c3);
            c4 = TLanes.Fma(x, TLanes.Load(third), c4);
            c5 = TLanes.Fma(x, TLanes.Load(third + n), c5);
            a += aTerm;
            b += bRow;
            second += bRow;
            third += bRow;
        }
        Store(c, c0, c1);
        Store(c + cPanel, c2, c3);
        Store(c + 2 * cPanel, c4, c5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void HalfRow(int depth, T* a, nint aTerm, T* b, nint bRow, T* start, T* c)
    {
        var sum = TLanes.Load(start);
        for (int k = 0; k < depth; k++)
        {
            sum = TLanes.Fma(TLanes.Broadcast(*a), TLanes.Load(b), sum);
            a += aTerm;
            b += bRow;
        }
        TLanes.Store(c, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TLanes first, TLanes second)
    {
        TLanes.Store(target, first);
        TLanes.Store(target + TLanes.Count, second);
    }
}
