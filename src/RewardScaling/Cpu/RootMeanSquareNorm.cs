using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>
/// Normalisation of rows by their root mean square: y = gain x / sqrt(mean of x² + epsilon), and its gradients.
/// </summary>
/// <remarks>
/// Moments are laid out as those of <see cref="LayerNorm{T, TLanes}"/>, with zero for the mean. Padding of x and of gain is zero,
/// hence that of y.
/// </remarks>
internal static unsafe class RootMeanSquareNorm<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>y of each row, with 1 / root mean square kept for the way back.</summary>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="width">Columns.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="gain">[width].</param>
    /// <param name="y">[rows, width]; may be x.</param>
    /// <param name="stride">From row to row, of x and of y.</param>
    /// <param name="epsilon">Added to the mean of squares.</param>
    /// <param name="moments">[rows, 2]: zero and 1 / root mean square.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(int rows, int width, T* x, T* gain, T* y, int stride, T epsilon, T* moments)
    {
        int n = TLanes.Count;
        T one = T.One / T.CreateTruncating(width);
        for (int row = 0; row < rows; row++, x += stride, y += stride, moments += 2)
        {
            // Two sums side by side, because each waits for itself; what is past the width is zero.
            TLanes even = TLanes.Broadcast(T.Zero), odd = even;
            int j = 0;
            for (; j + n < width; j += 2 * n)
            {
                TLanes a = TLanes.Load(x + j), b = TLanes.Load(x + j + n);
                even = TLanes.Fma(a, a, even);
                odd = TLanes.Fma(b, b, odd);
            }
            if (j < width)
            {
                var a = TLanes.Load(x + j);
                even = TLanes.Fma(a, a, even);
            }
            moments[0] = T.Zero;
            moments[1] = T.One / T.Sqrt(TLanes.Sum(even + odd) * one + epsilon);
            var scale = TLanes.Broadcast(moments[1]);
            for (j = 0; j < width; j += n) TLanes.Store(y + j, TLanes.Load(x + j) * scale * TLanes.Load(gain + j));
        }
    }

    /// <summary>dx of each row, plus what reached x by another way (the residual stream).</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="gain">[width].</param>
    /// <param name="moments">[rows, 2] of the forward pass.</param>
    /// <param name="also">[rows, width], added to dx; may be null.</param>
    /// <param name="dx">[rows, width]; may be dy.</param>
    /// <param name="stride">From row to row, of all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(int rows, int width, T* dy, T* x, T* gain, T* moments, T* also, T* dx, int stride)
    {
        int n = TLanes.Count;
        var one = TLanes.Broadcast(T.One / T.CreateTruncating(width));
        for (int row = 0; row < rows; row++, dy += stride, x += stride, dx += stride, moments += 2)
        {
            var scale = TLanes.Broadcast(moments[1]);
            var product = TLanes.Broadcast(T.Zero);
            for (int j = 0; j < width; j += n)
                product = TLanes.Fma(TLanes.Load(dy + j) * TLanes.Load(gain + j), TLanes.Load(x + j) * scale, product);
            product = TLanes.Broadcast(TLanes.Sum(product)) * one;
            for (int j = 0; j < width; j += n)
            {
                var d = (TLanes.Load(dy + j) * TLanes.Load(gain + j) - TLanes.Load(x + j) * scale * product) * scale;
                TLanes.Store(dx + j, also == null ? d : d + TLanes.Load(also + j));
            }
            if (also != null) also += stride;
        }
    }

    /// <summary>Adds the gradients of some columns of the gain, row after row.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="from">First column, a multiple of the lanes.</param>
    /// <param name="to">Last column and one.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="moments">[rows, 2] of the forward pass.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="gain">Gradient of the gain, [width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGradients(int rows, int from, int to, T* dy, T* x, T* moments, int stride, T* gain)
    {
        for (int j = from; j < to; j += TLanes.Count)
        {
            var sum = TLanes.Load(gain + j);
            T* dyAt = dy + j, xAt = x + j;
            for (int row = 0; row < rows; row++, dyAt += stride, xAt += stride)
                sum = TLanes.Fma(TLanes.Load(dyAt), TLanes.Load(xAt) * TLanes.Broadcast(moments[2 * row + 1]), sum);
            TLanes.Store(gain + j, sum);
        }
    }
}
