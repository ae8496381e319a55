using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>
/// Causal attention of one head over one sequence: o_i = Σ_{j ≤ i} p_ij v_j with p_i = softmax_j(q_i·k_j / sqrt(head width)).
/// </summary>
/// <remarks>
/// A query's numbers depend on the keys up to its own position only, and are summed in the same order whether it comes alone
/// (sampling) or with its neighbours (training): the bits are the same.
/// </remarks>
internal static unsafe class Attention<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    private const int TileRows = MatrixProduct<T, TLanes>.TileRows;

    /// <summary>Numbers of scratch that <see cref="Forward"/> needs.</summary>
    public static int ForwardScratch(int scoreStride) => TileRows * scoreStride;

    /// <summary>Numbers of scratch that <see cref="Backward"/> needs.</summary>
    public static int BackwardScratch(int queries, int scoreStride) => 2 * queries * scoreStride;

    /// <summary>Columns become rows, so that scores of several keys are summed side by side.</summary>
    /// <remarks>Whole registers are read and written: past the rows and columns there must be room, in the target too.</remarks>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="source">[rows, columns].</param>
    /// <param name="sourceStride">From row to row of the source.</param>
    /// <param name="target">[columns, rows].</param>
    /// <param name="targetStride">From row to row of the target.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(int rows, int columns, T* source, int sourceStride, T* target, int targetStride)
    {
        int n = TLanes.Count;
        for (int row = 0; row < rows; row += n, source += (nint)n * sourceStride, target += n)
            for (int column = 0; column < columns; column += n)
                TLanes.Transpose(source + column, sourceStride, target + (nint)column * targetStride, targetStride);
    }

    /// <summary>The outputs of neighbouring queries.</summary>
    /// <param name="queries">How many queries.</param>
    /// <param name="first">The position of the first; it sees keys 0 to this.</param>
    /// <param name="width">The head's width without padding.</param>
    /// <param name="padded">The head's width in memory.</param>
    /// <param name="q">[queries, width].</param>
    /// <param name="qStride">From row to row.</param>
    /// <param name="kT">Keys, [width, keys].</param>
    /// <param name="scoreStride">From row to row of the keys and of the scratch: the longest sequence, in whole panels.</param>
    /// <param name="v">Values, [keys, padded].</param>
    /// <param name="vStride">From row to row.</param>
    /// <param name="o">Outputs, [queries, padded].</param>
    /// <param name="oStride">From row to row.</param>
    /// <param name="softmax">The largest score and 1 / Σ_j exp(score - largest) of each query, for the
    /// way back; may be null.</param>
    /// <param name="softmaxStride">From query to query.</param>
    /// <param name="scratch">See <see cref="ForwardScratch"/>.</param>
    /// <param name="zeros">A panel of zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(int queries, int first, int width, int padded, T* q, int qStride, T* kT, int scoreStride, T* v,
        int vStride,
        T* o, int oStride, T* softmax, int softmaxStride, T* scratch, T* zeros)
    {
        T scale = T.One / T.Sqrt(T.CreateTruncating(width));
        int panel = MatrixProduct<T, TLanes>.Panel;
        T* moments = stackalloc T[2 * TileRows];
        for (int i = 0; i < queries; i += TileRows)
        {
            int rows = Math.Min(TileRows, queries - i), keys = first + i + rows;
            MatrixProduct<T, TLanes>.Multiply(rows, Whole(keys), width, new(q + (nint)i * qStride, qStride, 1),
                new(kT, scoreStride, panel),
                new(zeros, 0, 0), new(scratch, scoreStride, panel));
            Softmax(rows, first + i + 1, 1, Whole(keys), scale, scratch, scoreStride, moments);
            MatrixProduct<T, TLanes>.Multiply(rows, padded, keys, new(scratch, scoreStride, 1), new(v, vStride, panel),
                new(zeros, 0, 0), new(o + (nint)i * oStride, oStride, panel));
            for (int r = 0; r < rows; r++)
            {
                T* output = o + (nint)(i + r) * oStride;
                var inverse = TLanes.Broadcast(moments[2 * r + 1]);
                for (int j = 0; j < padded; j += TLanes.Count) TLanes.Store(output + j, TLanes.Load(output + j) * inverse);
                if (softmax == null) continue;
                softmax[(i + r) * softmaxStride] = moments[2 * r];
                softmax[(i + r) * softmaxStride + 1] = moments[2 * r + 1];
            }
        }
    }

    /// <summary>The gradients of one sequence whose last query is its last key.</summary>
    /// <param name="queries">How many queries.</param>
    /// <param name="first">The position of the first.</param>
    /// <param name="width">The head's width without padding.</param>
    /// <param name="padded">The head's width in memory.</param>
    /// <param name="q">[queries, padded], and its gradient in the same layout.</param>
    /// <param name="o">Outputs [queries, padded], and their gradient in the same layout.</param>
    /// <param name="kT">Keys, [width, keys].</param>
    /// <param name="vT">Values, [width, keys].</param>
    /// <param name="scoreStride">From row to row of those and of the scratch.</param>
    /// <param name="k">Keys, [keys, padded], and their gradient in the same layout.</param>
    /// <param name="v">Values, [keys, padded]: only their gradient.</param>
    /// <param name="softmax">As <see cref="Forward"/> left it.</param>
    /// <param name="softmaxStride">From query to query.</param>
    /// <param name="scratch">See <see cref="BackwardScratch"/>.</param>
    /// <param name="zeros">A panel of zeros.</param>
    /// <param name="adds">Whether the gradients of keys and values add to what is there: heads may share them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(int queries, int first, int width, int padded, Pair<T> q, Pair<T> o, T* kT, T* vT,
        int scoreStride,
        Pair<T> k, Pair<T> v, T* softmax, int softmaxStride, T* scratch, T* zeros, bool adds = false)
    {
        T scale = T.One / T.Sqrt(T.CreateTruncating(width));
        int panel = MatrixProduct<T, TLanes>.Panel, n = TLanes.Count;
        TLanes factor = TLanes.Broadcast(scale), zero = TLanes.Broadcast(T.Zero);
        T* p = scratch, ds = scratch + (nint)queries * scoreStride;
        for (int i = 0; i < queries; i += TileRows)
        {
            int rows = Math.Min(TileRows, queries - i), keys = first + i + rows, columns = Whole(keys);
            T* pTile = p + (nint)i * scoreStride, dsTile = ds + (nint)i * scoreStride;
            MatrixProduct<T, TLanes>.Multiply(rows, columns, width, new(q.Value + (nint)i * q.Stride, q.Stride, 1),
                new(kT, scoreStride, panel),
                new(zeros, 0, 0), new(pTile, scoreStride, panel));
            MatrixProduct<T, TLanes>.Multiply(rows, columns, width, new(o.Gradient + (nint)i * o.Stride, o.Stride, 1),
                new(vT, scoreStride, panel),
                new(zeros, 0, 0), new(dsTile, scoreStride, panel));
            for (int r = 0; r < rows; r++)
            {
                T* pRow = pTile + r * scoreStride, dsRow = dsTile + r * scoreStride;
                int seen = first + i + r + 1;
                TLanes shift = zero - TLanes.Broadcast(softmax[(i + r) * softmaxStride]),
                    inverse = TLanes.Broadcast(softmax[(i + r) * softmaxStride + 1]);
                var mean = TLanes.Broadcast(Dot(padded, o.Value + (nint)(i + r) * o.Stride,
                    o.Gradient + (nint)(i + r) * o.Stride));
                for (int j = 0; j < columns; j += n)
                {
                    var weight = TLanes.Exp(TLanes.Fma(TLanes.Load(pRow + j), factor, shift)) * inverse;
                    var slope = weight * (TLanes.Load(dsRow + j) - mean) * factor;
                    int left = Math.Max(0, seen - j);
                    TLanes.Store(pRow + j, left < n ? TLanes.FirstLanes(weight, left, zero) : weight);
                    TLanes.Store(dsRow + j, left < n ? TLanes.FirstLanes(slope, left, zero) : slope);
                }
            }
            MatrixProduct<T, TLanes>.Multiply(rows, padded, keys, new(dsTile, scoreStride, 1), new(k.Value, k.Stride, panel),
                new(zeros, 0, 0), new(q.Gradient + (nint)i * q.Stride, q.Stride, panel));
        }
        for (int j = 0; j < first + queries; j += TileRows)
        {
            // Queries before key j do not see it. Those inside its tile see some of the tile's keys; the others weigh zero.
            int rows = Math.Min(TileRows, first + queries - j), from = Math.Max(0, j - first);
            // The tile of queries that holds 'from' may end before j + rows: their scratch there was never written.
            nint at = (nint)from * scoreStride + j;
            ClearUnseen(from, Math.Min(queries, j + rows - first), first, j + rows, p, ds, scoreStride);
            Grid<T> none = new(zeros, 0, 0), value = new(v.Gradient + (nint)j * v.Stride, v.Stride, panel),
                key = new(k.Gradient + (nint)j * k.Stride, k.Stride, panel);
            MatrixProduct<T, TLanes>.Multiply(rows, padded, queries - from, new(p + at, 1, scoreStride),
                new(o.Gradient + (nint)from * o.Stride, o.Stride, panel), adds ? value : none, value);
            MatrixProduct<T, TLanes>.Multiply(rows, padded, queries - from, new(ds + at, 1, scoreStride),
                new(q.Value + (nint)from * q.Stride, q.Stride, panel), adds ? key : none, key);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ClearUnseen(int from, int to, int first, int end, T* p, T* ds, int stride)
    {
        for (int i = from; i < to; i++)
        {
            for (int j = first + i + 1; j < end; j++)
            {
                p[(nint)i * stride + j] = T.Zero;
                ds[(nint)i * stride + j] = T.Zero;
            }
        }
    }

    /// <summary>
    /// Scores become exp(scale x (score - largest)) in place, zero after the keys a row sees. The rows of a tile go through
    /// each stage together, so that the processor works on several at once.
    /// </summary>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="seen">Keys that the first row sees.</param>
    /// <param name="more">Keys that each further row sees more.</param>
    /// <param name="columns">Columns of the tile.</param>
    /// <param name="scale">1 / sqrt(head width).</param>
    /// <param name="scores">[rows, columns].</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="moments">Becomes scale x largest and 1 / sum of each row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Softmax(int rows, int seen, int more, int columns, T scale, T* scores, int stride, T* moments)
    {
        int n = TLanes.Count;
        for (int r = 0; r < rows; r++)
        {
            T* row = scores + (nint)r * stride;
            int keys = seen + r * more;
            TLanes first = TLanes.Broadcast(row[0]), largest = first;
            for (int j = 0; j < keys; j += n)
            {
                var x = TLanes.Load(row + j);
                largest = TLanes.Max(largest, keys - j < n ? TLanes.FirstLanes(x, keys - j, first) : x);
            }
            moments[2 * r] = TLanes.Largest(largest) * scale;
        }
        TLanes factor = TLanes.Broadcast(scale), zero = TLanes.Broadcast(T.Zero);
        for (int r = 0; r < rows; r++)
        {
            T* row = scores + (nint)r * stride;
            int keys = seen + r * more;
            TLanes shift = zero - TLanes.Broadcast(moments[2 * r]), sum = zero;
            int j = 0;
            for (; j < keys; j += n)
            {
                var weight = TLanes.Exp(TLanes.Fma(TLanes.Load(row + j), factor, shift));
                if (keys - j < n) weight = TLanes.FirstLanes(weight, keys - j, zero);
                sum += weight;
                TLanes.Store(row + j, weight);
            }
            for (; j < columns; j += n) TLanes.Store(row + j, zero);
            moments[2 * r + 1] = T.One / TLanes.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot(int width, T* a, T* b)
    {
        var sum = TLanes.Broadcast(T.Zero);
        for (int j = 0; j < width; j += TLanes.Count) sum = TLanes.Fma(TLanes.Load(a + j), TLanes.Load(b + j), sum);
        return TLanes.Sum(sum);
    }

    private static int Whole(int count) => (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
}
