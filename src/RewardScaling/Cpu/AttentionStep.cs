using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>
/// Attention of one position to itself and all before it, every head at once: what sampling asks for at each token. Four heads go
/// side by side, because one head's sums are too few to keep the processor busy.
/// </summary>
/// <remarks>The same sums in the same order as <see cref="Attention{T, TLanes}.Forward"/> for one query: same bits.</remarks>
internal static unsafe class AttentionStep<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Numbers of scratch that <see cref="Forward"/> needs.</summary>
    public static int Scratch(int heads, int scoreStride) => heads * scoreStride;

    /// <summary>The outputs of all heads.</summary>
    /// <param name="heads">How many heads.</param>
    /// <param name="group">How many neighbouring heads read the same keys and values.</param>
    /// <param name="keys">How many keys, the position's own included.</param>
    /// <param name="width">A head's width without padding.</param>
    /// <param name="padded">A head's width in memory.</param>
    /// <param name="q">[heads, padded].</param>
    /// <param name="kT">Keys, [heads / group, width, keys].</param>
    /// <param name="kHead">From head to head of the keys.</param>
    /// <param name="scoreStride">From row to row of the keys and of the scratch, in whole panels.</param>
    /// <param name="v">Values, [keys, heads / group, padded].</param>
    /// <param name="vStride">From key to key.</param>
    /// <param name="o">Outputs, [heads, padded].</param>
    /// <param name="softmax">Becomes the largest score and 1 / Σ_j exp(score - largest), [heads, 2].</param>
    /// <param name="scores">See <see cref="Scratch"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(int heads, int group, int keys, int width, int padded, T* q, T* kT, int kHead, int scoreStride,
        T* v,
        int vStride, T* o, T* softmax, T* scores)
    {
        for (int head = 0; head < heads; head += 4)
            Scores(Math.Min(4, heads - head), head, group, keys, width, q + head * padded, padded, kT, kHead, scoreStride,
                scores + (nint)head * scoreStride);
        int n = TLanes.Count, columns = (keys + n - 1) / n * n;
        T scale = T.One / T.Sqrt(T.CreateTruncating(width));
        Attention<T, TLanes>.Softmax(heads, keys, 0, columns, scale, scores, scoreStride, softmax);
        for (int head = 0; head < heads; head += 4)
            Read(Math.Min(4, heads - head), head, group, keys, padded, scores + (nint)head * scoreStride, scoreStride,
                softmax + 2 * head, v, vStride, o + head * padded);
    }

    /// <summary>
    /// q·k of up to four heads. Heads past the last repeat the last: they compute and store the same numbers again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores(int heads, int first, int group, int keys, int width, T* q, int padded, T* kT, nint kHead,
        int stride, T* scores)
    {
        int n = TLanes.Count, h1 = Math.Min(1, heads - 1), h2 = Math.Min(2, heads - 1), h3 = heads - 1;
        T* q1 = q + h1 * padded, q2 = q + h2 * padded, q3 = q + h3 * padded;
        nint g0 = first / group * kHead, g1 = (first + h1) / group * kHead, g2 = (first + h2) / group * kHead,
            g3 = (first + h3) / group * kHead;
        for (int j = 0; j < keys; j += 2 * n)
        {
            T* k0 = kT + g0 + j, k1 = kT + g1 + j, k2 = kT + g2 + j, k3 = kT + g3 + j;
            TLanes zero = TLanes.Broadcast(T.Zero), s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero,
                s30 = zero, s31 = zero;
            for (int i = 0; i < width; i++)
            {
                var x = TLanes.Broadcast(q[i]);
                s00 = TLanes.Fma(x, TLanes.Load(k0), s00);
                s01 = TLanes.Fma(x, TLanes.Load(k0 + n), s01);
                x = TLanes.Broadcast(q1[i]);
                s10 = TLanes.Fma(x, TLanes.Load(k1), s10);
                s11 = TLanes.Fma(x, TLanes.Load(k1 + n), s11);
                x = TLanes.Broadcast(q2[i]);
                s20 = TLanes.Fma(x, TLanes.Load(k2), s20);
                s21 = TLanes.Fma(x, TLanes.Load(k2 + n), s21);
                x = TLanes.Broadcast(q3[i]);
                s30 = TLanes.Fma(x, TLanes.Load(k3), s30);
                s31 = TLanes.Fma(x, TLanes.Load(k3 + n), s31);
                k0 += stride;
                k1 += stride;
                k2 += stride;
                k3 += stride;
            }
            T* target = scores + j;
            Store(target, s00, s01);
            Store(target + (nint)h1 * stride, s10, s11);
            Store(target + (nint)h2 * stride, s20, s21);
            Store(target + (nint)h3 * stride, s30, s31);
        }
    }

    /// <summary>Σ_j weight_j v_j / Σ_j weight_j of up to four heads, two registers of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(int heads, int first, int group, int keys, int padded, T* weights, int stride, T* moments, T* v,
        int vStride, T* o)
    {
        int n = TLanes.Count, h1 = Math.Min(1, heads - 1), h2 = Math.Min(2, heads - 1), h3 = heads - 1;
        T* w1 = weights + (nint)h1 * stride, w2 = weights + (nint)h2 * stride, w3 = weights + (nint)h3 * stride;
        for (int i = 0; i < padded; i += 2 * n)
        {
            int second = Math.Min(n, padded - n - i), v0 = first / group, v1 = ((first + h1) / group - v0) * padded,
                v2 = ((first + h2) / group - v0) * padded, v3 = ((first + h3) / group - v0) * padded;
            T* row = v + v0 * padded + i, more = row + second;
            TLanes zero = TLanes.Broadcast(T.Zero), s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero,
                s30 = zero, s31 = zero;
            for (int j = 0; j < keys; j++)
            {
                var x = TLanes.Broadcast(weights[j]);
                s00 = TLanes.Fma(x, TLanes.Load(row), s00);
                s01 = TLanes.Fma(x, TLanes.Load(more), s01);
                x = TLanes.Broadcast(w1[j]);
                s10 = TLanes.Fma(x, TLanes.Load(row + v1), s10);
                s11 = TLanes.Fma(x, TLanes.Load(more + v1), s11);
                x = TLanes.Broadcast(w2[j]);
                s20 = TLanes.Fma(x, TLanes.Load(row + v2), s20);
                s21 = TLanes.Fma(x, TLanes.Load(more + v2), s21);
                x = TLanes.Broadcast(w3[j]);
                s30 = TLanes.Fma(x, TLanes.Load(row + v3), s30);
                s31 = TLanes.Fma(x, TLanes.Load(more + v3), s31);
                row += vStride;
                more += vStride;
            }
            T* target = o + i;
            Scale(target, second, moments, s00, s01);
            Scale(target + h1 * padded, second, moments + 2 * h1, s10, s11);
            Scale(target + h2 * padded, second, moments + 2 * h2, s20, s21);
            Scale(target + h3 * padded, second, moments + 2 * h3, s30, s31);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(T* target, int second, T* moments, TLanes a, TLanes b)
    {
        var inverse = TLanes.Broadcast(moments[1]);
        TLanes.Store(target, a * inverse);
        TLanes.Store(target + second, b * inverse);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TLanes a, TLanes b)
    {
        TLanes.Store(target, a);
        TLanes.Store(target + TLanes.Count, b);
    }
}
