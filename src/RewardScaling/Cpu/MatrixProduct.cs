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

    /// <summary>Rows of tiles where there are 32 registers: each number of B is read for twice as many sums.</summary>
    private const int TallRows = 12, EightRows = 8;

    /// <summary>Terms summed before the next tile's turn, so that a panel of B stays in the first-level cache.</summary>
    private const int Depth = 256;

    /// <summary>As <see cref="Depth"/> for several tall tiles of stored panels, which ask so little of B that it may come from
    /// the second-level cache: sums are stored and loaded less often.</summary>
    private const int TallDepth = 768;

    /// <summary>
    /// How far ahead a tile that is alone asks for B, in terms, because it reads as fast as memory gives. Several tiles ask for
    /// what they read when all of them have had their turn.
    /// </summary>
    private const int NearTerms = 100;

    /// <summary>As <see cref="Depth"/> where the copied tiles of A need room as well.</summary>
    private const int TransposedDepth = 128;

    /// <summary>Whether there are registers for tall tiles.</summary>
    private static bool IsTall
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count == 16;
    }

    /// <summary>Rows that are copied next to each other.</summary>
    private static int CopiedRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsTall ? TallRows : TileRows;
    }

    /// <summary>Terms of a stored panel that are summed before the next tile's turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StoredDepth(int rows) => IsTall && rows > TallRows ? TallDepth : Depth;

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
        if (b.Row == Panel)
        {
            StoredPanels(rows, columns, depth, a, b, start, c);
            return;
        }
        for (int from = 0; from == 0 || from < depth; from += Depth)
        {
            var begin = from == 0 ? start : c;
            Panels(rows, columns, Math.Min(Depth, depth - from), a.Data + from * a.Column, a.Row, a.Column,
                CopiedRows * a.Row, new(b.Data + from * b.Row, b.Row, b.Column), begin, c);
        }
    }

    /// <summary>The product with one panel of B, whole or half, its rows one after the other.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of the panel.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="a">A; step from row to row, step from term to term.</param>
    /// <param name="b">The panel.</param>
    /// <param name="start">As for <see cref="Multiply"/>.</param>
    /// <param name="c">C; step from row to row.</param>
    /// <param name="ahead">What is asked for meanwhile, so that it is in the cache when its turn comes.</param>
    /// <param name="aheadStep">How many bytes of it with each term.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyPanel(int rows, int columns, int depth, Grid<T> a, T* b, Grid<T> start, Grid<T> c, byte* ahead,
        nint aheadStep)
    {
        int most = StoredDepth(rows);
        for (int from = 0; from == 0 || from < depth; from += most)
        {
            int terms = Math.Min(most, depth - from);
            T* aPart = a.Data + from * a.Column, bPart = b + (nint)from * Panel;
            var begin = from == 0 ? start : c;
            if (columns < Panel)
                PanelHalf(rows, terms, aPart, a.Row, a.Column, CopiedRows * a.Row, bPart, Panel, begin.Data, begin.Row, c.Data,
                    c.Row);
            else
                PanelWide(rows, terms, aPart, a.Row, a.Column, CopiedRows * a.Row, bPart, Panel, begin.Data, begin.Row, c.Data,
                    c.Row, ahead + from * aheadStep, aheadStep);
        }
    }

    /// <summary>Numbers of scratch that <see cref="MultiplyTransposed"/> needs.</summary>
    /// <param name="rows">Rows of C.</param>
    public static int TransposedScratch(int rows) =>
        (rows + CopiedRows - 1) / CopiedRows * CopiedRows * TransposedDepth + TLanes.Count;

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
            for (int row = 0; row < rows; row += CopiedRows)
                Gather(Math.Min(CopiedRows, rows - row), terms, a + from * aStride + row, aStride, scratch + (nint)row * terms);
            Panels(rows, columns, terms, scratch, 1, CopiedRows, (nint)CopiedRows * terms,
                new(b.Data + from * b.Row, b.Row, b.Column), from == 0 ? start : c, c);
        }
    }

    /// <summary>Copies the columns of a tile so that the terms follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(int rows, int terms, T* a, nint aStride, T* target)
    {
        int copied = CopiedRows;
        if (rows == copied && TLanes.Count >= copied)
        {
            // A whole register is written; what is past the tile is overwritten by the next term, and after the last term by
            // the next tile.
            for (int k = 0; k < terms; k++, a += aStride, target += copied) TLanes.Store(target, TLanes.Load(a));
            return;
        }
        for (int k = 0; k < terms; k++, a += aStride, target += copied)
            for (int row = 0; row < rows; row++) target[row] = a[row];
    }

    /// <summary>
    /// All panels of a matrix whose rows follow each other: panel after panel, as they lie in memory, and what is asked for ahead
    /// is what lies there next, whichever matrix it is part of.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoredPanels(int rows, int columns, int depth, Grid<T> a, Grid<T> b, Grid<T> start, Grid<T> c)
    {
        int column = 0, ahead = rows > CopiedRows ? StoredDepth(rows) : NearTerms;
        T* bPart = b.Data, startPart = start.Data, cPart = c.Data;
        if (rows == 1)
        {
            // One row has two sums in flight for each panel: several panels at once hide the latency.
            for (; columns - column >= 3 * Panel; column += 3 * Panel)
            {
                MatrixTile<T, TLanes>.Rows(depth, a.Data, a.Column, bPart, Panel, b.Column, startPart, start.Column, cPart,
                    c.Column);
                bPart += 3 * b.Column;
                startPart += 3 * start.Column;
                cPart += 3 * c.Column;
            }
        }
        for (; column < columns; column += Panel)
        {
            MultiplyPanel(rows, Math.Min(Panel, columns - column), depth, a, bPart, new(startPart, start.Row, 0),
                new(cPart, c.Row, 0), (byte*)(bPart + ahead * Panel), Panel * sizeof(T));
            bPart += b.Column;
            startPart += start.Column;
            cPart += c.Column;
        }
    }

    /// <summary>All panels of a matrix that lies row after row, for terms few enough for the cache.</summary>
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
        T* bPart = b.Data, startPart = start.Data, cPart = c.Data;
        // Sums that lie in panels are gradients of a matrix, which are in no cache: those of the next panel are asked for.
        nint ahead = c.Row == Panel && depth > 0 ? (nint)rows * Panel * sizeof(T) / depth : 0;
        for (int column = 0; column < columns; column += Panel)
        {
            if (columns - column <= Panel) ahead = 0;
            if (columns - column >= Panel)
                PanelWide(rows, depth, a, aRow, aTerm, aTile, bPart, b.Row, startPart, start.Row, cPart, c.Row,
                    (byte*)(cPart + c.Column), ahead);
            else PanelHalf(rows, depth, a, aRow, aTerm, aTile, bPart, b.Row, startPart, start.Row, cPart, c.Row);
            bPart += b.Column;
            startPart += start.Column;
            cPart += c.Column;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelWide(int rows, int depth, T* a, nint aRow, nint aTerm, nint aTile, T* b, nint bRow, T* start,
        nint startRow, T* c, nint cRow, byte* ahead, nint aheadStep)
    {
        // One or two rows that are left over ask for nothing.
        int tall = IsTall ? TallRows : TileRows;
        var next = new LookAhead(ahead, aheadStep, Math.Max(1, (rows + tall - 3) / tall));
        nint aNext = aTile;
        if (IsTall)
        {
            // 14, 16 and 22 rows are whole tiles of eight and six.
            bool apart = aTile != TallRows * aRow;
            for (; rows >= TallRows && (apart || rows is not (14 or 16 or 22)); rows -= TallRows, next.Next(depth))
            {
                TallTile.Twelve(depth, (float*)a, aRow, aTerm, (float*)b, bRow, (float*)start, startRow, (float*)c, cRow,
                    next.At, next.Step);
                a += aTile;
                start += TallRows * startRow;
                c += TallRows * cRow;
            }
            for (; rows is 8 or 14 or 16 or 22; rows -= EightRows, next.Next(depth))
            {
                TallTile.Eight(depth, (float*)a, aRow, aTerm, (float*)b, bRow, (float*)start, startRow, (float*)c, cRow,
                    next.At, next.Step);
                a += EightRows * aRow;
                start += EightRows * startRow;
                c += EightRows * cRow;
            }
            aNext = TileRows * aRow;
        }
        for (; rows >= TileRows; rows -= TileRows, next.Next(depth))
        {
            MatrixTile<T, TLanes>.Six(depth, a, aRow, 2 * aRow, 3 * aRow, 4 * aRow, 5 * aRow, aTerm, b, bRow, start, startRow,
                2 * startRow, 3 * startRow, 4 * startRow, 5 * startRow, c, cRow, 2 * cRow, 3 * cRow, 4 * cRow, 5 * cRow,
                next.At, next.Step);
            a += aNext;
            start += TileRows * startRow;
            c += TileRows * cRow;
        }
        if (rows >= 3) MatrixTile<T, TLanes>.Last(rows, depth, a, aRow, aTerm, b, bRow, start, startRow, c, cRow,
                next.At, next.Step);
        else
            for (int row = 0; row < rows; row++)
                MatrixTile<T, TLanes>.Row(depth, a + row * aRow, aTerm, b, bRow, start + row * startRow, c + row * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PanelHalf(int rows, int depth, T* a, nint aRow, nint aTerm, nint aTile, T* b, nint bRow, T* start,
        nint startRow, T* c, nint cRow)
    {
        // Copied rows of a tall tile are two of these.
        bool apart = IsTall && aTile != TallRows * aRow, second = false;
        nint aNext = IsTall ? TileRows * aRow : aTile;
        for (; rows >= 2; rows -= TileRows, second = !second)
        {
            MatrixTile<T, TLanes>.Half(Math.Min(TileRows, rows), depth, a, aRow, aTerm, b, bRow, start, startRow, c, cRow);
            a += apart && second ? aTile - aNext : aNext;
            start += TileRows * startRow;
            c += TileRows * cRow;
        }
        if (rows == 1) MatrixTile<T, TLanes>.HalfRow(depth, a, aTerm, b, bRow, start, c);
    }
}
