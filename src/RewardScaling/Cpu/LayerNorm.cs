using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>LayerNorm over rows: y = gain (x - mean) / sqrt(variance + epsilon) + bias, and its gradients.</summary>
/// <remarks>
/// Rows are padded to whole registers; the padding of x is zero, and so are the padding of gain and bias, hence of y.
/// </remarks>
internal static unsafe class LayerNorm<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>y of each row, with the row's mean and 1 / deviation kept for the way back.</summary>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="width">Columns.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="gain">[width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="y">[rows, width].</param>
    /// <param name="stride">From row to row, of x and of y.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="moments">[rows, 2]: mean and 1 / deviation.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(int rows, int width, T* x, T* gain, T* bias, T* y, int stride, T epsilon, T* moments)
    {
        int n = TLanes.Count;
        // Two rows side by side, because each sum waits for itself. A last row without a neighbour is its own.
        for (int row = 0; row < rows; row += 2, x += 2 * stride, y += 2 * stride, moments += 4)
        {
            int next = row + 1 < rows ? stride : 0, nextMoments = row + 1 < rows ? 2 : 0;
            Moments(width, x, x + next, epsilon, moments, moments + nextMoments);
            TLanes center = TLanes.Broadcast(moments[0]), scale = TLanes.Broadcast(moments[1]);
            TLanes center1 = TLanes.Broadcast(moments[nextMoments]), scale1 = TLanes.Broadcast(moments[nextMoments + 1]);
            for (int j = 0; j < width; j += n)
            {
                TLanes g = TLanes.Load(gain + j), b = TLanes.Load(bias + j);
                TLanes.Store(y + j, TLanes.Fma((TLanes.Load(x + j) - center) * scale, g, b));
                TLanes.Store(y + next + j, TLanes.Fma((TLanes.Load(x + next + j) - center1) * scale1, g, b));
            }
        }
    }

    /// <summary>Mean and 1 / deviation of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Moments(int width, T* a, T* b, T epsilon, T* momentsA, T* momentsB)
    {
        int n = TLanes.Count, whole = width - width % n;
        T one = T.One / T.CreateTruncating(width);
        TLanes zero = TLanes.Broadcast(T.Zero), sumA = zero, sumB = zero;
        for (int j = 0; j < width; j += n)
        {
            sumA += TLanes.Load(a + j);
            sumB += TLanes.Load(b + j);
        }
        T meanA = TLanes.Sum(sumA) * one, meanB = TLanes.Sum(sumB) * one;
        TLanes centerA = TLanes.Broadcast(meanA), centerB = TLanes.Broadcast(meanB), squaresA = zero, squaresB = zero;
        for (int j = 0; j < whole; j += n)
        {
            TLanes d = TLanes.Load(a + j) - centerA, e = TLanes.Load(b + j) - centerB;
            squaresA = TLanes.Fma(d, d, squaresA);
            squaresB = TLanes.Fma(e, e, squaresB);
        }
        if (whole < width)
        {
            TLanes d = TLanes.FirstLanes(TLanes.Load(a + whole) - centerA, width - whole, zero),
                e = TLanes.FirstLanes(TLanes.Load(b + whole) - centerB, width - whole, zero);
            squaresA = TLanes.Fma(d, d, squaresA);
            squaresB = TLanes.Fma(e, e, squaresB);
        }
        momentsA[0] = meanA;
        momentsA[1] = T.One / T.Sqrt(TLanes.Sum(squaresA) * one + epsilon);
        momentsB[0] = meanB;
        momentsB[1] = T.One / T.Sqrt(TLanes.Sum(squaresB) * one + epsilon);
    }

    /// <summary>dx of each row, plus what reached x by another way (the residual stream).</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="gain">[width].</param>
    /// <param name="moments">[rows, 2] of the forward pass.</param>
    /// <param name="also">[rows, width], added to dx; may be null.</param>
    /// <param name="dx">[rows, width].</param>
    /// <param name="stride">From row to row, of all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(int rows, int width, T* dy, T* x, T* gain, T* moments, T* also, T* dx, int stride)
    {
        int n = TLanes.Count;
        var one = TLanes.Broadcast(T.One / T.CreateTruncating(width));
        for (int row = 0; row < rows; row++, dy += stride, x += stride, dx += stride, moments += 2)
        {
            TLanes center = TLanes.Broadcast(moments[0]), scale = TLanes.Broadcast(moments[1]);
            TLanes sum = TLanes.Broadcast(T.Zero), product = sum;
            for (int j = 0; j < width; j += n)
            {
                TLanes g = TLanes.Load(dy + j) * TLanes.Load(gain + j), unit = (TLanes.Load(x + j) - center) * scale;
                sum += g;
                product = TLanes.Fma(g, unit, product);
            }
            sum = TLanes.Broadcast(TLanes.Sum(sum)) * one;
            product = TLanes.Broadcast(TLanes.Sum(product)) * one;
            for (int j = 0; j < width; j += n)
            {
                TLanes g = TLanes.Load(dy + j) * TLanes.Load(gain + j), unit = (TLanes.Load(x + j) - center) * scale;
                var d = (g - sum - unit * product) * scale;
                if (width - j < n) d = TLanes.FirstLanes(d, width - j, TLanes.Broadcast(T.Zero));
                TLanes.Store(dx + j, also == null ? d : d + TLanes.Load(also + j));
            }
            if (also != null) also += stride;
        }
    }

    /// <summary>Adds the gradients of some columns of gain and bias, row after row.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="from">First column, a multiple of the lanes.</param>
    /// <param name="to">Last column and one.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="moments">[rows, 2] of the forward pass.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="gain">Gradient of the gain, [width].</param>
    /// <param name="bias">Gradient of the bias, [width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGradients(int rows, int from, int to, T* dy, T* x, T* moments, int stride, T* gain, T* bias)
    {
        int n = TLanes.Count;
        for (int j = from; j < to; j += 2 * n)
        {
            // Two registers side by side. A last one without a neighbour is its own.
            int next = j + n < to ? n : 0;
            TLanes gainSum = TLanes.Load(gain + j), biasSum = TLanes.Load(bias + j);
            TLanes gainSum1 = TLanes.Load(gain + j + next), biasSum1 = TLanes.Load(bias + j + next);
            T* dyAt = dy + j, xAt = x + j;
            for (int row = 0; row < rows; row++, dyAt += stride, xAt += stride)
            {
                TLanes center = TLanes.Broadcast(moments[2 * row]), scale = TLanes.Broadcast(moments[2 * row + 1]);
                TLanes d = TLanes.Load(dyAt), d1 = TLanes.Load(dyAt + next);
                gainSum = TLanes.Fma(d, (TLanes.Load(xAt) - center) * scale, gainSum);
                gainSum1 = TLanes.Fma(d1, (TLanes.Load(xAt + next) - center) * scale, gainSum1);
                biasSum += d;
                biasSum1 += d1;
            }
            TLanes.Store(gain + j, gainSum);
            TLanes.Store(bias + j, biasSum);
            TLanes.Store(gain + j + next, gainSum1);
            TLanes.Store(bias + j + next, biasSum1);
        }
    }
}
