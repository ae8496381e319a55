using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>What is read of weights that are kept in bfloat16: the upper half of a float32. They are widened piece by piece, so
/// that a product has the bits it has with the same weights in float32.</summary>
internal static unsafe class NarrowProduct<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Terms widened at once: those of one panel fit the first-level cache.</summary>
    private const int Depth = 128;

    /// <summary>y = x W + b.</summary>
    public static void Linear(Weights<T, TLanes> weights, LinearLayout linear, int rows, T* x, int xStride, T* y, int yStride)
    {
        int panel = weights.Layout.Panel, columns = weights.Layout.Whole(linear.Outputs), inputs = linear.Inputs;
        T* wide = stackalloc T[Depth * panel];
        for (int from = 0; from < inputs; from += Depth)
        {
            int terms = Math.Min(Depth, inputs - from);
            for (int column = 0; column < columns; column += panel)
            {
                Widen(terms * panel, weights.Narrow + linear.Weight + (nint)column * inputs + (nint)from * panel, wide);
                var start = from == 0 ? new Grid<T>(weights.Values + linear.Bias + column, 0, panel)
                    : new(y + column, yStride, panel);
                MatrixProduct<T, TLanes>.Multiply(rows, Math.Min(panel, columns - column), terms, new(x + from, xStride, 1),
                    new(wide, panel, 0), start, new(y + column, yStride, panel));
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
