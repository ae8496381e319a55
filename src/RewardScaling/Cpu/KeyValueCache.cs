namespace RewardScaling.Cpu;

/// <summary>
/// Keys and values of some sequences in every block: keys with positions side by side, values with components side by side.
/// </summary>
internal readonly unsafe struct KeyValueCache<T> where T : unmanaged
{
    private readonly NetworkLayout _layout;
    private readonly T* _data;
    private readonly long _sequence, _block, _keys;

    /// <summary>A cache.</summary>
    /// <param name="layout">The network.</param>
    /// <param name="memory">Where it lies; grown as needed.</param>
    /// <param name="sequences">How many sequences.</param>
    /// <param name="context">Positions of each.</param>
    public KeyValueCache(NetworkLayout layout, NativeBuffer<T> memory, int sequences, int context)
    {
        _layout = layout;
        KeyStride = layout.RowStride(context);
        ValueStride = layout.KeyWidth;
        _keys = (long)layout.Shape.KeyValueHeads * layout.Shape.HeadWidth * KeyStride;
        _sequence = _keys + (long)context * ValueStride;
        // Tiles of two registers may read one past the last value's row.
        _block = sequences * _sequence;
        _data = memory.Ensure(layout.Shape.Layers * _block + layout.Panel);
    }

    /// <summary>From component to component of the keys.</summary>
    public int KeyStride { get; }

    /// <summary>From position to position of the values.</summary>
    public int ValueStride { get; }

    /// <summary>Keys of one head, [head width, positions].</summary>
    public T* Keys(int block, int sequence, int head) => At(block, sequence) + (long)head * _layout.Shape.HeadWidth * KeyStride;

    /// <summary>Values of one head, [positions, head width padded].</summary>
    public T* Values(int block, int sequence, int head) => At(block, sequence) + _keys + head * _layout.HeadStride;

    /// <summary>Takes a row of keys and values.</summary>
    public void Add(int block, int sequence, int position, T* keyValue)
    {
        int headWidth = _layout.Shape.HeadWidth;
        for (int head = 0; head < _layout.Shape.KeyValueHeads; head++)
        {
            T* keys = Keys(block, sequence, head) + position, source = keyValue + head * _layout.HeadStride;
            for (int i = 0; i < headWidth; i++) keys[(nint)i * KeyStride] = source[i];
        }
        new ReadOnlySpan<T>(keyValue + _layout.KeyWidth,
            ValueStride).CopyTo(new(Values(block, sequence, 0) + (nint)position * ValueStride, ValueStride));
    }

    private T* At(int block, int sequence) => _data + block * _block + sequence * _sequence;
}
