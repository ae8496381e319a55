using System.Runtime.InteropServices;

namespace RewardScaling.Cpu;

/// <summary>
/// Memory outside the managed heap, aligned to cache lines, zero at first. Grows when asked for more and is then used again.
/// </summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable where T : unmanaged
{
    /// <summary>The first number; not valid after <see cref="Ensure"/> has grown the buffer.</summary>
    public T* Data { get; private set; }

    /// <summary>How many numbers there is room for.</summary>
    public long Length { get; private set; }

    /// <summary>The room in bytes.</summary>
    public long Bytes => Length * sizeof(T);

    /// <summary>All numbers.</summary>
    public Span<T> Span => new(Data, checked((int)Length));

    /// <summary>Makes room. When it must grow, what was there is lost and all is zero.</summary>
    public T* Ensure(long length)
    {
        if (length > Length)
        {
            bool grows = Data != null;
            Dispose();
            // A quarter more than asked, so that slowly growing batches do not allocate each time.
            long room = grows ? length + length / 4 : length;
            Data = (T*)NativeMemory.AlignedAlloc(checked((nuint)room * (nuint)sizeof(T)), 64);
            NativeMemory.Clear(Data, (nuint)room * (nuint)sizeof(T));
            Length = room;
            GC.ReRegisterForFinalize(this);
        }
        return Data;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(Data);
        Data = null;
        Length = 0;
        GC.SuppressFinalize(this);
    }

    ~NativeBuffer() => NativeMemory.AlignedFree(Data);
}
