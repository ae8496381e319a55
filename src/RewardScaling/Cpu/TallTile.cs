using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RewardScaling.Cpu;

/// <summary>
/// Twelve or eight rows of one panel where there are 32 registers of 16 floats: 24 or 16 of them hold the sums, so that each
/// number of B is read for as many rows.
/// </summary>
/// <remarks>
/// The same sums in the same order as <see cref="MatrixTile{T, TLanes}"/> and the same arguments. It is written on
/// <see cref="Vector512{T}"/> itself, which the JIT keeps in two registers for each row and adds to in place; through a wrapper
/// with operators every second multiply-add is followed by a move.
/// </remarks>
internal static unsafe class TallTile
{
    /// <summary>Twelve rows, or eight.</summary>
    /// <param name="isTwelve">Which; a constant where it is called.</param>
    /// <param name="depth">Terms.</param>
    /// <param name="a">A.</param>
    /// <param name="aRow">From row to row of A.</param>
    /// <param name="aTerm">From term to term of A.</param>
    /// <param name="b">The panel of B.</param>
    /// <param name="bRow">From term to term of B.</param>
    /// <param name="start">What the sums start from.</param>
    /// <param name="startRow">From row to row of it.</param>
    /// <param name="c">C.</param>
    /// <param name="cRow">From row to row of C.</param>
    /// <param name="ahead">What is asked for meanwhile.</param>
    /// <param name="step">How many bytes of it with each term.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(bool isTwelve, int depth, float* a, nint aRow, nint aTerm, float* b, nint bRow, float* start,
        nint startRow, float* c, nint cRow, byte* ahead, nint step)
    {
        Sums r0 = new(start), r1 = new(start += startRow), r2 = new(start += startRow), r3 = new(start += startRow),
            r4 = new(start += startRow), r5 = new(start += startRow), r6 = new(start += startRow), r7 = new(start += startRow),
            r8 = default, r9 = default, r10 = default, r11 = default;
        if (isTwelve)
            (r8, r9, r10, r11) = (new(start += startRow), new(start += startRow), new(start += startRow), new(start + startRow));
        nint a2 = 2 * aRow, a3 = 3 * aRow, half = step / 2;
        float* middle = a + 4 * aRow, lower = a + 8 * aRow;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + Vector512<float>.Count);
            r0.Add(a, b0, b1);
            r1.Add(a + aRow, b0, b1);
            r2.Add(a + a2, b0, b1);
            r3.Add(a + a3, b0, b1);
            r4.Add(middle, b0, b1);
            r5.Add(middle + aRow, b0, b1);
            r6.Add(middle + a2, b0, b1);
            r7.Add(middle + a3, b0, b1);
            if (isTwelve)
            {
                r8.Add(lower, b0, b1);
                r9.Add(lower + aRow, b0, b1);
                r10.Add(lower + a2, b0, b1);
                r11.Add(lower + a3, b0, b1);
                lower += aTerm;
            }
            CacheLine.Fetch(ahead);
            CacheLine.Fetch(ahead + half);
            ahead += step;
            a += aTerm;
            middle += aTerm;
            b += bRow;
        }
        r0.Store(c);
        r1.Store(c += cRow);
        r2.Store(c += cRow);
        r3.Store(c += cRow);
        r4.Store(c += cRow);
        r5.Store(c += cRow);
        r6.Store(c += cRow);
        r7.Store(c += cRow);
        if (!isTwelve) return;
        r8.Store(c += cRow);
        r9.Store(c += cRow);
        r10.Store(c += cRow);
        r11.Store(c + cRow);
    }

    /// <summary>Twelve rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Twelve(int depth, float* a, nint aRow, nint aTerm, float* b, nint bRow, float* start, nint startRow,
        float* c, nint cRow, byte* ahead, nint step) =>
        Run(true, depth, a, aRow, aTerm, b, bRow, start, startRow, c, cRow, ahead, step);

    /// <summary>Eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(int depth, float* a, nint aRow, nint aTerm, float* b, nint bRow, float* start, nint startRow,
        float* c, nint cRow, byte* ahead, nint step) =>
        Run(false, depth, a, aRow, aTerm, b, bRow, start, startRow, c, cRow, ahead, step);

    /// <summary>The sums of one row: two registers.</summary>
    private struct Sums(float* start)
    {
        private Vector512<float> _first = Vector512.Load(start), _second = Vector512.Load(start + Vector512<float>.Count);

        /// <summary>Adds one term.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float* a, Vector512<float> b0, Vector512<float> b1)
        {
            var x = Vector512.Create(*a);
            _first = Sum(x, b0, _first);
            _second = Sum(x, b1, _second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* target)
        {
            _first.Store(target);
            _second.Store(target + Vector512<float>.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Sum(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            FusedMultiplyAdd.IsSupported ? Vector512.FusedMultiplyAdd(a, b, c) : a * b + c;
    }
}
