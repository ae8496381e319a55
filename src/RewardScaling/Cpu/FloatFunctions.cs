using System.Runtime.CompilerServices;

namespace RewardScaling.Cpu;

/// <summary>exp and the normal distribution in float, of any width.</summary>
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
        // In this order a NaN stays one.
        x = TLanes.Max(TLanes.Broadcast(-87.3f), x);
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
    /// Φ(x) = 1/2 + x P(x²) where P is a polynomial of degree 12 fitted here on |x| up to 5; beyond, 0 or 1. The absolute
    /// error is below 3e-7: 1.6e-7 of the fit, some rounding, and the step of 2.9e-7 at 5. The variable of P runs over [-1, 1],
    /// so that no large terms cancel.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes NormalCumulative(TLanes x)
    {
        TLanes one = TLanes.Broadcast(1), zero = TLanes.Broadcast(0);
        var t = TLanes.Fma(TLanes.Min(x * x, TLanes.Broadcast(25)), TLanes.Broadcast(0.08f), TLanes.Broadcast(-1));
        var series = TLanes.Broadcast(0.0006088086520321667f);
        series = TLanes.Fma(series, t, TLanes.Broadcast(-0.0016133396420627832f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(0.0017226056661456823f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(-0.002685400890186429f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(0.00641067698597908f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(-0.011164485476911068f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(0.0164021123200655f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(-0.023268600925803185f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(0.03144218027591705f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(-0.04044261574745178f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(0.05152052268385887f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(-0.0702962800860405f));
        series = TLanes.Fma(series, t, TLanes.Broadcast(0.14136378467082977f));
        return TLanes.Min(one, TLanes.Max(zero, TLanes.Fma(x, series, TLanes.Broadcast(0.5f))));
    }
}
