using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RewardScaling.Cpu;

namespace RewardScaling.Benchmarks;

/// <summary>What one core does at most: fused multiply-adds that never touch memory.</summary>
internal static class FloatingPointPeak
{
    private const int Rounds = 20_000, Chains = 10;

    /// <summary>The peak of the widest register the processor has, in GFLOP/s of one thread: the best of short runs.</summary>
    public static double Measure(double seconds) =>
        Vector512.IsHardwareAccelerated ? Measure<Float512>(seconds)
        : Vector256.IsHardwareAccelerated ? Measure<Float256>(seconds)
        : Vector128.IsHardwareAccelerated ? Measure<Float128>(seconds)
        : Measure<FloatScalar>(seconds);

    /// <summary>The peak of one register, in GFLOP/s of one thread: the best of short runs.</summary>
    public static double Measure<TLanes>(double seconds) where TLanes : struct, ILanes<TLanes, float>
    {
        double best = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long from = Stopwatch.GetTimestamp();
            if (!float.IsFinite(Loop<TLanes>())) throw new InvalidOperationException("The chains of multiply-adds diverged.");
            best = Math.Max(best, 2.0 * Rounds * Chains * TLanes.Count / Stopwatch.GetElapsedTime(from).TotalSeconds / 1e9);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return best;
    }

    /// <summary>
    /// Ten chains, each different, so that none is computed once for all: two units of latency four need eight.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Loop<TLanes>() where TLanes : struct, ILanes<TLanes, float>
    {
        TLanes x = TLanes.Broadcast(0.999f), y = TLanes.Broadcast(0.001f);
        TLanes a = x, b = a + y, c = b + y, d = c + y, e = d + y, f = e + y, g = f + y, h = g + y, i = h + y, j = i + y;
        for (int round = 0; round < Rounds; round++)
        {
            a = TLanes.Fma(a, x, y);
            b = TLanes.Fma(b, x, y);
            c = TLanes.Fma(c, x, y);
            d = TLanes.Fma(d, x, y);
            e = TLanes.Fma(e, x, y);
            f = TLanes.Fma(f, x, y);
            g = TLanes.Fma(g, x, y);
            h = TLanes.Fma(h, x, y);
            i = TLanes.Fma(i, x, y);
            j = TLanes.Fma(j, x, y);
        }
        return TLanes.Sum(a + b + c + d + e + (f + g + h + i + j));
    }
}
