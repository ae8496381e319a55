using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>
/// C = start + A B. Every element of C is one chain of fused multiply-adds from its start value through k = 0, 1, 2, ...,
/// whatever tile it falls into: so no row depends on what other rows are in the product, and a sum that is continued later
/// (start = C) has the bits of a sum done at once.
/// </summary>
/// <remarks>
/// B and C are cut into panels of <see cref="Panel"/> columns. A weight matrix lies in memory panel after panel, the rows of a
/// panel one after the other; an activation matrix lies row after row and its panels are next to each other.
/// </remarks>
internal static unsafe class MatrixProduct<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>
    /// Rows of a tile: 6 rows of 2 registers are 12 sums in flight, which hides the latency of the multiply-add.
    /// </summary>
    public const int TileRows = 6;

    /// <summary>Terms summed before the next tile's turn, so that a panel of B stays in the first-level cache.</summary>
    private const int Depth = 256;

    /// <summary>Columns of a panel.</summary>
    public static int Panel
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    /// <summary>The product.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C, a multiple of the lanes.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="a">A; step from row to row, step from term to term.</param>
    /// <param name="b">B; step from term to term, step from panel to panel.</param>
    /// <param name="start">What the sums start from; step from row to row (0: the same for all), step
    /// from panel to panel.</param>
    /// <param name="c">C; step from row to row, step from panel to panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, int columns, int depth, Grid<T> a, Grid<T> b, Grid<T> start, Grid<T> c)
    {
        for (int from = 0; from == 0 || from < depth; from += Depth)
        {
            int terms = Math.Min(Depth, depth - from), column = 0, panel = 0;
            var begin = from == 0 ? start : c;
            if (rows == 1)
            {
                // One row has two sums in flight for each panel: several panels at once hide the latency.
                for (; columns - column >= 3 * Panel; column += 3 * Panel, panel += 3)
                {
                    RowWider(terms, a.Data + from * a.Column, a.Column, b.Data + panel * b.Column + from * b.Row, b.Row, b.Column,
                        begin.Data + panel * begin.Column, begin.Column, c.Data + panel * c.Column, c.Column);
                }
            }
            for (; column < columns; column += Panel, panel++)
            {
                T* aPart = a.Data + from * a.Column, bPart = b.Data + panel * b.Column + from * b.Row;
                T* startPart = begin.Data + panel * begin.Column, cPart = c.Data + panel * c.Column;
                if (columns - column >= Panel) PanelWide(rows, terms, aPart, a, bPart, b.Row, startPart, begin.Row, cPart, c.Row);
                else PanelHalf(rows, terms, aPart, a, bPart, b.Row, startPart, begin.Row, cPart, c.Row);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelWide(int rows, int depth, T* a, Grid<T> aSteps, T* b, nint bRow, T* start, nint startRow, T* c,
        nint cRow)
    {
        int row = 0;
        for (; rows - row >= 3; row += TileRows)
        {
            TileWide(Math.Min(TileRows, rows - row), depth, a + row * aSteps.Row, aSteps.Row, aSteps.Column, b, bRow,
                start + row * startRow, startRow, c + row * cRow, cRow);
        }
        for (; row < rows; row++)
            RowWide(depth, a + row * aSteps.Row, aSteps.Column, b, bRow, start + row * startRow, c + row * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelHalf(int rows, int depth, T* a, Grid<T> aSteps, T* b, nint bRow, T* start, nint startRow, T* c,
        nint cRow)
    {
        int row = 0;
        for (; rows - row >= 2; row += TileRows)
        {
            TileHalf(Math.Min(TileRows, rows - row), depth, a + row * aSteps.Row, aSteps.Row, aSteps.Column, b, bRow,
                start + row * startRow, startRow, c + row * cRow, cRow);
        }
        for (; row < rows; row++)
            RowHalf(depth, a + row * aSteps.Row, aSteps.Column, b, bRow, start + row * startRow, c + row * cRow);
    }

    /// <summary>
    /// Up to 6 rows of one panel. Rows past the last repeat the last: they compute and store the same numbers again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TileWide(int rows, int depth, T* a, nint aRow, nint aTerm, T* b, nint bRow, T* start, nint startRow, T* c,
        nint cRow)
    {
        nint r1 = Math.Min(1, rows - 1), r2 = Math.Min(2, rows - 1), r3 = Math.Min(3, rows - 1), r4 = Math.Min(4, rows - 1),
            r5 = Math.Min(5, rows - 1);
        int n = TLanes.Count;
        T* s = start;
        TLanes c00 = TLanes.Load(s), c01 = TLanes.Load(s + n);
        s = start + r1 * startRow;
        TLanes c10 = TLanes.Load(s), c11 = TLanes.Load(s + n);
        s = start + r2 * startRow;
        TLanes c20 = TLanes.Load(s), c21 = TLanes.Load(s + n);
        s = start + r3 * startRow;
        TLanes c30 = TLanes.Load(s), c31 = TLanes.Load(s + n);
        s = start + r4 * startRow;
        TLanes c40 = TLanes.Load(s), c41 = TLanes.Load(s + n);
        s = start + r5 * startRow;
        TLanes c50 = TLanes.Load(s), c51 = TLanes.Load(s + n);
        nint a1 = r1 * aRow, a2 = r2 * aRow, a3 = r3 * aRow, a4 = r4 * aRow, a5 = r5 * aRow;
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
            a += aTerm;
            b += bRow;
        }
        Store(c, c00, c01);
        Store(c + r1 * cRow, c10, c11);
        Store(c + r2 * cRow, c20, c21);
        Store(c + r3 * cRow, c30, c31);
        Store(c + r4 * cRow, c40, c41);
        Store(c + r5 * cRow, c50, c51);
    }

    /// <summary>As <see cref="TileWide"/> for half a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TileHalf(int rows, int depth, T* a, nint aRow, nint aTerm, T* b, nint bRow, T* start, nint startRow, T* c,
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
    private static void RowWide(int depth, T* a, nint aTerm, T* b, nint bRow, T* start, T* c)
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
    private static void RowWider(int depth, T* a, nint aTerm, T* b, nint bRow, nint bPanel, T* start, nint startPanel, T* c,
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
    private static void RowHalf(int depth, T* a, nint aTerm, T* b, nint bRow, T* start, T* c)
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
