using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RewardScaling.Cpu;

/// <summary>What is read of weights that are kept in bfloat16: the upper half of a float32. They are widened piece by piece, so
/// that a product has the bits it has with the same weights in float32.</summary>
internal static unsafe class NarrowProduct<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Terms widened at once: those of one panel fit the first-level cache.</summary>
    private const int Depth = 128;

    /// <summary>Some columns of y = x W + b, as <see cref="ForwardPass{T, TLanes}"/> has it.</summary>
    public static void Linear(Weights<T, TLanes> weights, LinearLayout linear, int from, int columns, int rows, T* x, int xStride,
        T* y, int yStride)
    {
        int panel = weights.Layout.Panel, inputs = linear.Inputs;
        byte* room = stackalloc byte[Depth * panel * sizeof(T) + CacheLine.Bytes];
        T* wide = (T*)(((nint)room + CacheLine.Bytes - 1) & -CacheLine.Bytes);
        // Panel after panel, as they lie in memory.
        ushort* narrow = weights.Narrow + linear.Weight + (nint)from * inputs;
        for (int column = from; column < from + columns; column += panel)
        {
            for (int term = 0; term < inputs; term += Depth)
            {
                int terms = Math.Min(Depth, inputs - term);
                Widen(terms * panel, narrow, wide);
                narrow += terms * panel;
                var start = term == 0 ? new Grid<T>(weights.Values + linear.Bias + column, 0, 0) : new(y + column, yStride, 0);
                MatrixProduct<T, TLanes>.MultiplyPanel(rows, Math.Min(panel, from + columns - column), terms,
                    new(x + term, xStride, 1), wide, start, new(y + column, yStride, 0), (byte*)narrow, panel * sizeof(ushort));
            }
        }
    }

    /// <summary>Embedding of one token at one position, [width].</summary>
    public static void Embed(Weights<T, TLanes> weights, int token, int position, T* target)
    {
        var layout = weights.Layout;
        // Whole registers are read later, so whole registers are written.
        int width = layout.Shape.Width, whole = layout.Whole(width), panel = layout.Panel;
        nint stride = (width + panel - 1) / panel * panel;
        if (layout.IsTied)
        {
            ushort* column = weights.Narrow + layout.Head.Weight + (nint)(token / panel) * width * panel + token % panel;
            for (int j = 0; j < whole; j++) target[j] = j < width ? Wide(column[(nint)j * panel]) : T.Zero;
        }
        else Widen(whole, weights.Narrow + layout.TokenEmbedding + token * stride, target);
        if (layout.Shape.Rotary is not null) return;
        ushort* place = weights.Narrow + layout.PositionEmbedding + position * stride;
        for (int j = 0; j < whole; j++) target[j] += Wide(place[j]);
    }

    /// <summary>The nearest bfloat16, the even one of two.</summary>
    public static ushort Round(T value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(float.CreateTruncating(value));
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The number a bfloat16 is.</summary>
    public static T Wide(ushort value) => T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)value << 16));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(int count, ushort* source, T* target)
    {
        int i = 0;
        if (typeof(T) == typeof(float) && Vector512.IsHardwareAccelerated)
        {
            for (int n = Vector512<ushort>.Count; i + n <= count; i += n)
            {
                var (low, high) = Vector512.Widen(Vector512.Load(source + i));
                Vector512.Store(low << 16, (uint*)(target + i));
                Vector512.Store(high << 16, (uint*)(target + i + n / 2));
            }
        }
        if (typeof(T) == typeof(float))
        {
            for (int n = Vector<ushort>.Count; i + n <= count; i += n)
            {
                Vector.Widen(*(Vector<ushort>*)(source + i), out var low, out var high);
                *(Vector<uint>*)(target + i) = Vector.ShiftLeft(low, 16);
                *(Vector<uint>*)(target + i + n / 2) = Vector.ShiftLeft(high, 16);
            }
        }
        for (; i < count; i++) target[i] = Wide(source[i]);
    }
}
