namespace RewardScaling.Runs.Formats;

/// <summary>A list that grows by chunks: nothing is copied but its first few items, and no array is larger than a
/// chunk.</summary>
internal sealed class ChunkedList<T>
{
    private const int Shift = 12, Size = 1 << Shift;
    private T[][] _chunks = [];

    public int Count { get; private set; }

    public T this[int index] => _chunks[index >> Shift][index & (Size - 1)];

    public void Add(T item)
    {
        int chunk = Count >> Shift, at = Count & (Size - 1);
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, Math.Max(1, 2 * chunk));
        if (at == 0) _chunks[chunk] = new T[chunk == 0 ? 2 : Size];
        else if (at == _chunks[chunk].Length) Array.Resize(ref _chunks[chunk], Math.Min(Size, 4 * at));
        _chunks[chunk][at] = item;
        Count++;
    }
}
