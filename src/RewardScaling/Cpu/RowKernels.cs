using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>Kernels that go over rows element by element.</summary>
internal static unsafe class RowKernels<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>target += source, [rows, width] both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(int rows, int width, T* source, int sourceStride, T* target, int targetStride)
    {
        for (int row = 0; row < rows; row++, source += sourceStride, target += targetStride)
            for (int j = 0; j < width; j += TLanes.Count)
                TLanes.Store(target + j, TLanes.Load(target + j) + TLanes.Load(source + j));
    }

    /// <summary>target = a + b, [rows, width] all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(int rows, int width, T* a, T* b, T* target, int stride)
    {
        for (int row = 0; row < rows; row++, a += stride, b += stride, target += stride)
            for (int j = 0; j < width; j += TLanes.Count) TLanes.Store(target + j, TLanes.Load(a + j) + TLanes.Load(b + j));
    }

    /// <summary>target *= factor, [rows, width] both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, int width, T* factor, T* target, int stride)
    {
        for (int row = 0; row < rows; row++, factor += stride, target += stride)
            for (int j = 0; j < width; j += TLanes.Count)
                TLanes.Store(target + j, TLanes.Load(target + j) * TLanes.Load(factor + j));
    }

    /// <summary>
    /// values = GELU(values) = x Φ(x); slopes = GELU'(values) = Φ(x) + x φ(x) when asked for. [rows, width].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gelu(int rows, int width, T* values, T* slopes, int stride)
    {
        TLanes bell = TLanes.Broadcast(T.CreateTruncating(1 / Math.Sqrt(2 * Math.PI))),
            half = TLanes.Broadcast(T.CreateTruncating(-0.5));
        for (int row = 0; row < rows; row++, values += stride)
        {
            if (slopes == null)
            {
                for (int j = 0; j < width; j += TLanes.Count)
                {
                    var x = TLanes.Load(values + j);
                    TLanes.Store(values + j, x * TLanes.NormalCumulative(x));
                }
                continue;
            }
            for (int j = 0; j < width; j += TLanes.Count)
            {
                TLanes x = TLanes.Load(values + j), cumulative = TLanes.NormalCumulative(x);
                TLanes.Store(values + j, x * cumulative);
                TLanes.Store(slopes + j, TLanes.Fma(x * bell, TLanes.Exp(x * x * half), cumulative));
            }
            slopes += stride;
        }
    }

    /// <summary>
    /// Adds the sum over rows of some columns, row after row; four registers side by side, because each sum waits for itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddColumnSums(int rows, int from, int to, T* source, int stride, T* target)
    {
        int n = TLanes.Count, j = from;
        for (; j + 4 * n <= to; j += 4 * n)
        {
            TLanes a = TLanes.Load(target + j), b = TLanes.Load(target + j + n), c = TLanes.Load(target + j + 2 * n),
                d = TLanes.Load(target + j + 3 * n);
            T* at = source + j;
            for (int row = 0; row < rows; row++, at += stride)
            {
                a += TLanes.Load(at);
                b += TLanes.Load(at + n);
                c += TLanes.Load(at + 2 * n);
                d += TLanes.Load(at + 3 * n);
            }
            TLanes.Store(target + j, a);
            TLanes.Store(target + j + n, b);
            TLanes.Store(target + j + 2 * n, c);
            TLanes.Store(target + j + 3 * n, d);
        }
        for (; j < to; j += n)
        {
            var sum = TLanes.Load(target + j);
            for (int row = 0; row < rows; row++) sum += TLanes.Load(source + (nint)row * stride + j);
            TLanes.Store(target + j, sum);
        }
    }
}
