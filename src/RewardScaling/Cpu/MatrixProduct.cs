using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>As <see cref="Depth"/> where the copied tiles of A need room as well.</summary>
    private const int TransposedDepth = 128;

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
            var begin = from == 0 ? start : c;
            Panels(rows, columns, Math.Min(Depth, depth - from), a.Data + from * a.Column, a.Row, a.Column,
                TileRows * a.Row, new(b.Data + from * b.Row, b.Row, b.Column), begin, c);
        }
    }

    /// <summary>Numbers of scratch that <see cref="MultiplyTransposed"/> needs.</summary>
    /// <param name="rows">Rows of C.</param>
    public static int TransposedScratch(int rows) =>
        (rows + TileRows - 1) / TileRows * TileRows * TransposedDepth + TLanes.Count;

    /// <summary>
    /// C = start + Aᵀ B. The rows of a tile lie side by side in Aᵀ, the terms far apart: they are copied next to each other once
    /// and then read for every panel.
    /// </summary>
    /// <param name="rows">Columns of Aᵀ in memory, rows of C.</param>
    /// <param name="columns">Columns of B and C, a multiple of the lanes.</param>
    /// <param name="depth">Rows of Aᵀ in memory and of B.</param>
    /// <param name="a">A transposed: [depth, rows].</param>
    /// <param name="aStride">From row to row of Aᵀ.</param>
    /// <param name="b">B; step from term to term, step from panel to panel.</param>
    /// <param name="start">As for <see cref="Multiply"/>.</param>
    /// <param name="c">C; step from row to row, step from panel to panel.</param>
    /// <param name="scratch">See <see cref="TransposedScratch"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyTransposed(int rows, int columns, int depth, T* a, nint aStride, Grid<T> b, Grid<T> start,
        Grid<T> c, T* scratch)
    {
        for (int from = 0; from == 0 || from < depth; from += TransposedDepth)
        {
            int terms = Math.Min(TransposedDepth, depth - from);
            for (int row = 0; row < rows; row += TileRows)
                Gather(Math.Min(TileRows, rows - row), terms, a + from * aStride + row, aStride, scratch + (nint)row * terms);
            Panels(rows, columns, terms, scratch, 1, TileRows, (nint)TileRows * terms,
                new(b.Data + from * b.Row, b.Row, b.Column), from == 0 ? start : c, c);
        }
    }

    /// <summary>Copies the columns of a tile so that the terms follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(int rows, int terms, T* a, nint aStride, T* target)
    {
        if (rows == TileRows && TLanes.Count >= TileRows)
        {
            // A whole register is written; what is past the tile is overwritten by the next term, and after the last term by
            // the next tile.
            for (int k = 0; k < terms; k++, a += aStride, target += TileRows) TLanes.Store(target, TLanes.Load(a));
            return;
        }
        for (int k = 0; k < terms; k++, a += aStride, target += TileRows)
            for (int row = 0; row < rows; row++) target[row] = a[row];
    }

    /// <summary>All panels, for terms few enough for the cache.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="depth">Terms.</param>
    /// <param name="a">A.</param>
    /// <param name="aRow">From row to row of a tile.</param>
    /// <param name="aTerm">From term to term.</param>
    /// <param name="aTile">From tile to tile.</param>
    /// <param name="b">B.</param>
    /// <param name="start">What the sums start from.</param>
    /// <param name="c">C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels(int rows, int columns, int depth, T* a, nint aRow, nint aTerm, nint aTile, Grid<T> b,
        Grid<T> start, Grid<T> c)
    {
        int column = 0;
        T* bPart = b.Data, startPart = start.Data, cPart = c.Data;
        if (rows == 1)
        {
            // One row has two sums in flight for each panel: several panels at once hide the latency.
            for (; columns - column >= 3 * Panel; column += 3 * Panel)
            {
                RowWider(depth, a, aTerm, bPart, b.Row, b.Column, startPart, start.Column, cPart, c.Column);
                bPart += 3 * b.Column;
                startPart += 3 * start.Column;
                cPart += 3 * c.Column;
            }
        }
        for (; column < columns; column += Panel)
        {
            if (columns - column >= Panel)
            {
                // The panels of a weight matrix are far apart: the next one is fetched while this one is worked on.
                T* next = b.Row == Panel && columns - column >= 2 * Panel ? bPart + b.Column : null;
                PanelWide(rows, depth, a, aRow, aTerm, aTile, bPart, b.Row, startPart, start.Row, cPart, c.Row, next);
            }
            else PanelHalf(rows, depth, a, aRow, aTerm, aTile, bPart, b.Row, startPart, start.Row, cPart, c.Row);
            bPart += b.Column;
            startPart += start.Column;
            cPart += c.Column;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelWide(int rows, int depth, T* a, nint aRow, nint aTerm, nint aTile, T* b, nint bRow, T* start,
        nint startRow, T* c, nint cRow, T* next)
    {
        // Each tile fetches its share of the next panel, a little with each term.
        int tiles = rows / TileRows + (rows % TileRows >= 3 ? 1 : 0);
        nint step = next == null || tiles == 0 ? 0 : (Panel * sizeof(T) + tiles - 1) / tiles;
        byte* ahead = next == null ? (byte*)b : (byte*)next;
        for (; rows >= TileRows; rows -= TileRows, ahead += step * depth)
        {
            TileWide(depth, a, aRow, 2 * aRow, 3 * aRow, 4 * aRow, 5 * aRow, aTerm, b, bRow, start, startRow, 2 * startRow,
                3 * startRow, 4 * startRow, 5 * startRow, c, cRow, 2 * cRow, 3 * cRow, 4 * cRow, 5 * cRow, ahead, step);
            a += aTile;
            start += TileRows * startRow;
            c += TileRows * cRow;
        }
        if (rows >= 3) LastWide(rows, depth, a, aRow, aTerm, b, bRow, start, startRow, c, cRow, ahead, step);
        else
            for (int row = 0; row < rows; row++)
                RowWide(depth, a + row * aRow, aTerm, b, bRow, start + row * startRow, c + row * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelHalf(int rows, int depth, T* a, nint aRow, nint aTerm, nint aTile, T* b, nint bRow, T* start,
        nint startRow, T* c, nint cRow)
    {
        for (; rows >= 2; rows -= TileRows)
        {
            TileHalf(Math.Min(TileRows, rows), depth, a, aRow, aTerm, b, bRow, start, startRow, c, cRow);
            a += aTile;
            start += TileRows * startRow;
            c += TileRows * cRow;
        }
        if (rows == 1) RowHalf(depth, a, aTerm, b, bRow, start, c);
    }

    /// <summary>
    /// Fewer than 6 rows of one panel. Rows past the last repeat the last: they compute and store the same numbers again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LastWide(int rows, int depth, T* a, nint aRow, nint aTerm, T* b, nint bRow, T* start, nint startRow, T* c,
        nint cRow, byte* ahead, nint step)
    {
        nint r3 = Math.Min(3, rows - 1), r4 = Math.Min(4, rows - 1), r5 = rows - 1;
        TileWide(depth, a, aRow, 2 * aRow, r3 * aRow, r4 * aRow, r5 * aRow, aTerm, b, bRow, start, startRow, 2 * startRow,
            r3 * startRow, r4 * startRow, r5 * startRow, c, cRow, 2 * cRow, r3 * cRow, r4 * cRow, r5 * cRow, ahead, step);
    }

    /// <summary>6 rows of one panel: where each row lies in A, in the start and in C is said row by row. With each term some
    /// bytes further ahead are fetched into the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TileWide(int depth, T* a, nint a1, nint a2, nint a3, nint a4, nint a5, nint aTerm, T* b, nint bRow,
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
            Fetch(ahead);
            Fetch(ahead + step / 2);
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

    /// <summary>Asks for a cache line, where the processor can be asked; an address outside is no fault.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TLanes first, TLanes second)
    {
        TLanes.Store(target, first);
        TLanes.Store(target + TLanes.Count, second);
    }
}
