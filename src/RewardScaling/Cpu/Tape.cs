using System.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// The activations of some rows. Kept for all blocks it is what the way back needs; for evaluation the blocks share one set,
/// small enough to stay in the cache.
/// </summary>
internal sealed unsafe class Tape<T>(NetworkLayout layout) : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NativeBuffer<T> _buffer = new();
    private readonly long[] _at = new long[SlotCount];
    private long _block, _rows;
    private bool _keeps;

    private const int SlotCount = 23;

    /// <summary>Makes room.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="keeps">Whether every block has its own activations, with what only the way back needs.</param>
    public void Ensure(long rows, bool keeps)
    {
        if (rows <= _rows && keeps == _keeps) return;
        (_rows, _keeps) = (Math.Max(rows, _rows), keeps);
        int width = layout.WidthStride, attention = layout.AttentionStride, feedForward = layout.FeedForwardStride;
        bool raw = layout.Shape.NormalizesQueriesAndKeys;
        long at = 0;
        // In each block:
        foreach (var (slot, columns) in new[] { (0, width), (1, 2), (2, width), (3, attention), (4, layout.KeyValueStride),
            (5, attention),
            (6, 2 * layout.Shape.Heads), (7, width), (8, width), (9, 2), (10, feedForward), (11, keeps ? feedForward : 0),
            (18, layout.Shape.IsGated ? feedForward : 0), (19, raw ? attention : 0), (20, raw ? layout.KeyValueStride : 0),
            (21, raw ? 2 * layout.Shape.Heads : 0), (22, raw ? 2 * layout.Shape.KeyValueHeads : 0) })
        {
            _at[slot] = at;
            at += (_rows * columns + 15) / 16 * 16;
        }
        _block = keeps ? at : 0;
        if (keeps) at *= layout.Shape.Layers;
        // Once:
        foreach (var (slot, columns) in new[] { (12, width), (13, width), (14, width), (15, 2), (16, width),
            (17, layout.OutputStride) })
        {
            _at[slot] = at;
            at += (_rows * columns + 15) / 16 * 16;
        }
        // The transposition of keys reads whole registers, hence some rows past the last.
        _buffer.Ensure(at + (long)layout.Panel * layout.KeyValueStride);
    }

    /// <summary>Input of a block, [rows, width].</summary>
    public T* Input(int block) => At(0, block);

    /// <summary>Mean and 1 / deviation of the first normalisation, [rows, 2].</summary>
    public T* InputMoments(int block) => At(1, block);

    /// <summary>Output of the first normalisation, [rows, width].</summary>
    public T* Normed(int block) => At(2, block);

    /// <summary>Queries, [selected, heads].</summary>
    public T* Query(int block) => At(3, block);

    /// <summary>Keys and values side by side, [rows, 2 heads].</summary>
    public T* KeyValue(int block) => At(4, block);

    /// <summary>What attention read, [selected, heads].</summary>
    public T* Attended(int block) => At(5, block);

    /// <summary>Largest score and 1 / Σ exp(score - largest), [selected, number of heads, 2].</summary>
    public T* Softmax(int block) => At(6, block);

    /// <summary>The residual stream between attention and feed-forward, [selected, width].</summary>
    public T* Middle(int block) => At(7, block);

    /// <summary>Output of the second normalisation, [selected, width].</summary>
    public T* MiddleNormed(int block) => At(8, block);

    /// <summary>Mean and 1 / deviation of the second normalisation, [selected, 2].</summary>
    public T* MiddleMoments(int block) => At(9, block);

    /// <summary>After the function and, where there is one, the gate: [selected, feed-forward].</summary>
    public T* Hidden(int block) => At(10, block);

    /// <summary>
    /// The derivative of <see cref="Hidden"/> by what the function was applied to, [selected, feed-forward]; null when nothing is
    /// kept.
    /// </summary>
    public T* HiddenSlopes(int block) => _keeps ? At(11, block) : null;

    /// <summary>What the function gave, by which the other product is multiplied, [selected, feed-forward].</summary>
    public T* Gate(int block) => At(18, block);

    /// <summary>Queries before they were normalised head by head, [selected, heads].</summary>
    public T* RawQuery(int block) => At(19, block);

    /// <summary>Keys before they were normalised head by head, [rows, heads].</summary>
    public T* RawKey(int block) => At(20, block);

    /// <summary>Zero and 1 / root mean square of each head's query, [selected, heads, 2].</summary>
    public T* QueryMoments(int block) => At(21, block);

    /// <summary>Zero and 1 / root mean square of each head's key, [rows, heads, 2].</summary>
    public T* KeyMoments(int block) => At(22, block);

    /// <summary>Selected rows of the last block's input, [selected, width].</summary>
    public T* SelectedInput => At(12, 0);

    /// <summary>Selected rows of the last block's first normalisation, [selected, width].</summary>
    public T* SelectedNormed => At(13, 0);

    /// <summary>The residual stream after the last block, [selected, width].</summary>
    public T* Final => At(14, 0);

    /// <summary>Mean and 1 / deviation of the last normalisation, [selected, 2].</summary>
    public T* FinalMoments => At(15, 0);

    /// <summary>Output of the last normalisation, [selected, width].</summary>
    public T* FinalNormed => At(16, 0);

    /// <summary>Outputs of the heads, [selected, outputs].</summary>
    public T* Outputs => At(17, 0);

    /// <summary>The memory held, in bytes.</summary>
    public long Bytes => _buffer.Bytes;

    public void Dispose() => _buffer.Dispose();

    private T* At(int slot, int block) => _buffer.Data + _at[slot] + block * (slot is < 12 or >= 18 ? _block : 0);
}
