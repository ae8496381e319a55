using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>exp and GELU in float, of any width.</summary>
/// <typeparam name="TLanes">The register.</typeparam>
internal static class FloatFunctions<TLanes> where TLanes : struct, ILanes<TLanes, float>
{
    /// <summary>exp by x = n ln 2 + r with |r| at most ln 2 / 2 and the Taylor series of e^r to r^7; relative error below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp(TLanes x)
    {
        // Below -87 the result would be subnormal; -87.3 is the last that 2^n can carry. Above 88.3 it would be infinite.
        x = TLanes.Max(x, TLanes.Broadcast(-87.3f));
        x = TLanes.Broadcast(0) - TLanes.Max(TLanes.Broadcast(0) - x, TLanes.Broadcast(-88.3f));
        var n = TLanes.Round(x * TLanes.Broadcast(1.44269504f));
        // ln 2 in two parts, the first with zeros at its end, so that n x ln 2 loses nothing.
        var r = TLanes.Fma(n, TLanes.Broadcast(-0.693359375f), x);
        r = TLanes.Fma(n, TLanes.Broadcast(2.12194440e-4f), r);
        var series = TLanes.Broadcast(1f / 5040);
        series = TLanes.Fma(series, r, TLanes.Broadcast(1f / 720));
        series = TLanes.Fma(series, r, TLanes.Broadcast(1f / 120));
        series = TLanes.Fma(series, r, TLanes.Broadcast(1f / 24));
        series = TLanes.Fma(series, r, TLanes.Broadcast(1f / 6));
        series = TLanes.Fma(series, r, TLanes.Broadcast(0.5f));
        series = TLanes.Fma(series, r, TLanes.Broadcast(1));
        series = TLanes.Fma(series, r, TLanes.Broadcast(1));
        return series * TLanes.PowerOfTwo(n);
    }

    /// <summary>
    /// GELU and its derivative. The tail of the normal distribution is 1 - Φ(z) = e^(-z²/2) R(t) for z at least 0, with t = 1 / (1 + 0.23 z)
    /// and R a polynomial of degree 8, fitted here to a relative error of 5e-8 on z up to 14. One exponential serves Φ and φ.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Gelu(TLanes x, out TLanes slope)
    {
        var z = TLanes.Abs(x);
        var bell = Exp(z * z * TLanes.Broadcast(-0.5f));
        var one = TLanes.Broadcast(1);
        var t = one / TLanes.Fma(z, TLanes.Broadcast(0.23f), one);
        var tail = TLanes.Broadcast(-0.07846817374229431f);
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.29041755199432373f));
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(-0.27813395857810974f));
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.3014807105064392f));
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(-0.03292559087276459f));
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.11951633542776108f));
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.08576233685016632f));
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.09237853437662125f));
        tail = TLanes.Fma(tail, t, TLanes.Broadcast(-2.7767220672103576e-05f));
        tail *= bell;
        var cumulative = TLanes.Choose(x, tail, one - tail);
        slope = TLanes.Fma(x * TLanes.Broadcast(0.39894228f), bell, cumulative);
        return x * cumulative;
    }
}
