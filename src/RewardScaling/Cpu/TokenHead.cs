using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>What is read from one row of logits: log-probability of a token, entropy, KL, a draw; and the way back.</summary>
/// <remarks>Everything is about softmax(logits / temperature) over the first <c>count</c> columns, in nats.</remarks>
internal static unsafe class TokenHead<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Tokens whose probabilities are summed before one of them is looked for.</summary>
    private const int DrawnTogether = 256;

    /// <summary>ln Σ exp(logit / temperature) and the entropy.</summary>
    /// <param name="count">How many logits.</param>
    /// <param name="logits">[count].</param>
    /// <param name="inverseTemperature">1 / temperature.</param>
    /// <param name="weights">Becomes what <see cref="Draw"/> reads, in whole registers; null where nothing is drawn.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (T LogSum, T Entropy) Normalize(int count, T* logits, T inverseTemperature, T* weights = null)
    {
        int n = TLanes.Count;
        T top = Largest(count, logits) * inverseTemperature;
        TLanes factor = TLanes.Broadcast(inverseTemperature), shift = TLanes.Broadcast(-top);
        TLanes zero = TLanes.Broadcast(T.Zero), sum = zero, moment = zero;
        for (int j = 0; j < count; j += n)
        {
            var x = TLanes.Fma(TLanes.Load(logits + j), factor, shift);
            var e = TLanes.Exp(x);
            if (count - j < n)
            {
                x = TLanes.FirstLanes(x, count - j, zero);
                e = TLanes.FirstLanes(e, count - j, zero);
            }
            if (weights != null) TLanes.Store(weights + j, e);
            sum += e;
            moment = TLanes.Fma(e, x, moment);
        }
        T total = TLanes.Sum(sum), log = T.Log(total);
        // H = ln Σ e^x - Σ p x, with x measured from the largest.
        return (top + log, log - TLanes.Sum(moment) / total);
    }

    /// <summary>The log-probability of a token; not above 0, where rounding might leave it.</summary>
    public static T LogProb(T logit, T logSum, T inverseTemperature) => T.Min(T.Zero, logit * inverseTemperature - logSum);

    /// <summary>
    /// logits = ∂loss/∂logits, from the derivatives of the loss by the token's log-probability and by the entropy.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(int count, T* logits, int token, T logSum, T entropy, T inverseTemperature, T dLogProb,
        T dEntropy)
    {
        int n = TLanes.Count;
        TLanes factor = TLanes.Broadcast(inverseTemperature), shift = TLanes.Broadcast(-logSum);
        TLanes byLog = TLanes.Broadcast(-dLogProb * inverseTemperature),
            byEntropy = TLanes.Broadcast(-dEntropy * inverseTemperature);
        var level = TLanes.Broadcast(entropy);
        T* at = logits + token;
        for (int j = 0; j < count; j += n)
        {
            // ∂ln p_y/∂x_j = [j = y] - p_j and ∂H/∂x_j = -p_j (ln p_j + H).
            var log = TLanes.Fma(TLanes.Load(logits + j), factor, shift);
            var slope = TLanes.Exp(log) * TLanes.Fma(byEntropy, log + level, byLog);
            if (count - j < n) slope = TLanes.FirstLanes(slope, count - j, TLanes.Broadcast(T.Zero));
            TLanes.Store(logits + j, slope);
        }
        *at += dLogProb * inverseTemperature;
    }

    /// <summary>D_KL(p ‖ r) of two rows of logits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Divergence(int count, T* logits, T* reference, T inverseTemperature)
    {
        int n = TLanes.Count;
        T logSum = Normalize(count, logits, inverseTemperature).LogSum,
            other = Normalize(count, reference, inverseTemperature).LogSum;
        TLanes factor = TLanes.Broadcast(inverseTemperature), shift = TLanes.Broadcast(-logSum),
            shiftOther = TLanes.Broadcast(-other);
        TLanes sum = TLanes.Broadcast(T.Zero), one = TLanes.Broadcast(T.One);
        for (int j = 0; j < count; j += n)
        {
            var log = TLanes.Fma(TLanes.Load(logits + j), factor, shift);
            var ratio = TLanes.Fma(TLanes.Load(reference + j), factor, shiftOther) - log;
            // p (r/p - 1 - ln(r/p)): each term is at least 0, so the sum is too; the added terms sum to 0.
            var excess = TLanes.Exp(log + ratio) - TLanes.Exp(log) * (one + ratio);
            sum += count - j < n ? TLanes.FirstLanes(excess, count - j, TLanes.Broadcast(T.Zero)) : excess;
        }
        return TLanes.Sum(sum);
    }

    /// <summary>The token at a point of the cumulative distribution, in the order of the vocabulary.</summary>
    /// <param name="count">How many tokens.</param>
    /// <param name="weights">Probabilities but for a factor, as <see cref="Normalize"/> leaves them.</param>
    /// <param name="uniform">The point, in [0, 1).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Draw(int count, T* weights, double uniform)
    {
        double total = 0, sum = 0;
        for (int from = 0; from < count; from += DrawnTogether)
            total += Sum(Math.Min(DrawnTogether, count - from), weights + from);
        double point = uniform * total;
        int first = 0;
        for (; count - first > DrawnTogether; first += DrawnTogether)
        {
            double next = sum + Sum(DrawnTogether, weights + first);
            if (point < next) break;
            sum = next;
        }
        int last = Math.Min(count, first + DrawnTogether) - 1;
        for (int j = first; j < last; j++)
        {
            sum += double.CreateTruncating(weights[j]);
            if (point < sum) return j;
        }
        return last;
    }

    /// <summary>Four sums side by side: one alone would wait for each addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(int count, T* values)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= count; i += 4)
        {
            a += double.CreateTruncating(values[i]);
            b += double.CreateTruncating(values[i + 1]);
            c += double.CreateTruncating(values[i + 2]);
            d += double.CreateTruncating(values[i + 3]);
        }
        for (; i < count; i++) a += double.CreateTruncating(values[i]);
        return a + b + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Largest(int count, T* values)
    {
        int n = TLanes.Count;
        var first = TLanes.Broadcast(values[0]);
        var largest = first;
        for (int j = 0; j < count; j += n)
        {
            var x = TLanes.Load(values + j);
            largest = TLanes.Max(largest, count - j < n ? TLanes.FirstLanes(x, count - j, first) : x);
        }
        return TLanes.Largest(largest);
    }
}
