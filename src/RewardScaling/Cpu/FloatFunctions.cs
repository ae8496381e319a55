using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>exp and GELU in float, of any width.</summary>
/// <typeparam name="TLanes">The register.</typeparam>
internal static class FloatFunctions<TLanes> where TLanes : struct, IFloatLanes<TLanes>
{
    /// <summary>
    /// exp by x = n ln 2 + r with |r| at most ln 2 / 2, and e^r by a polynomial of degree 6 fitted here to a relative
    /// error of 2e-9; relative error below 2e-7. Below -87.3 it stays at e^-87.3, the last before the subnormal
    /// numbers; above 88 it is not defined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp(TLanes x)
    {
        x = TLanes.Max(x, TLanes.Broadcast(-87.3f));
        // Adding 1.5 x 2^23 rounds to an integer and leaves it in the lowest bits.
        var magic = TLanes.Broadcast(12582912f);
        var shifted = TLanes.Fma(x, TLanes.Broadcast(1.44269504f), magic);
        var n = shifted - magic;
        // ln 2 in two parts, the first with zeros at its end, so that n x ln 2 loses nothing.
        var r = TLanes.Fma(n, TLanes.Broadcast(-0.693359375f), x);
        r = TLanes.Fma(n, TLanes.Broadcast(2.12194440e-4f), r);
        var series = TLanes.Broadcast(0.0013843605993315578f);
        series = TLanes.Fma(series, r, TLanes.Broadcast(0.008374195545911789f));
        series = TLanes.Fma(series, r, TLanes.Broadcast(0.04166800528764725f));
        series = TLanes.Fma(series, r, TLanes.Broadcast(0.16666430234909058f));
        series = TLanes.Fma(series, r, TLanes.Broadcast(0.4999999403953552f));
        series = TLanes.Fma(series, r, TLanes.Broadcast(1));
        series = TLanes.Fma(series, r, TLanes.Broadcast(1));
        return TLanes.Scale(series, shifted);
    }

    /// <summary>
    /// GELU and its derivative. The tail of the normal distribution is 1 - Φ(z) = e^(-z²/2) R(t) for z at least 0,
    /// with t = 1 / (1 + 0.23 z) and R a polynomial of degree 8, fitted here to a relative error of 5e-8 on z up to
    /// 14. One exponential serves Φ and φ.
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
