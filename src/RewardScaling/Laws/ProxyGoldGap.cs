using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Proxy less gold: how much of the score is not there (Gao et al. 2022, section 3.5, figures 8 and 24).</summary>
public static class ProxyGoldGap
{
    /// <summary>The gap at every measured point.</summary>
    /// <param name="curve">The curve, proxy and gold in the same units.</param>
    /// <returns>
    /// Points in the curve's order. The error is over prompts when the curve has the covariance of both rewards; else proxy and
    /// gold are taken as independent, and a point of which one has no error has none.
    /// </returns>
    public static IReadOnlyList<(KlNats Kl, Estimate Gap)> Along(RewardCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return [.. curve.Points.Select((point, i) => (new KlNats(point.Kl.Value), Gap(curve, point, i)))];
    }

    /// <summary>The gap between two fits.</summary>
    /// <param name="proxy">The fit of proxy.</param>
    /// <param name="gold">The fit of gold, in the same units.</param>
    /// <param name="kl">Where.</param>
    /// <returns>With an error that takes the fits as independent; without one when a fit has none.</returns>
    /// <exception cref="ArgumentException">A fit of gold where that of proxy belongs, or the other way.</exception>
    public static Estimate At(LawFit proxy, LawFit gold, KlNats kl)
    {
        Check(proxy, gold);
        double gap = proxy.Evaluate(kl.Sqrt()) - gold.Evaluate(kl.Sqrt());
        if (!proxy.HasErrors || !gold.HasErrors) return Estimate.WithoutError(gap);
        double first = proxy.StandardErrorAt(kl.Sqrt()), second = gold.StandardErrorAt(kl.Sqrt());
        return new(gap, Math.Sqrt(first * first + second * second));
    }

    internal static void Check(LawFit proxy, LawFit gold)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        ArgumentNullException.ThrowIfNull(gold);
        if (proxy.Target != RewardTarget.Proxy) throw new ArgumentException($"The fit of '{proxy.Label}' is of gold; this one must be of the proxy.", nameof(proxy));
        if (gold.Target != RewardTarget.Gold) throw new ArgumentException($"The fit of '{gold.Label}' is of the proxy; this one must be of gold.", nameof(gold));
    }

    private static Estimate Gap(RewardCurve curve, RewardPoint point, int i)
    {
        double gap = point.Proxy.Value - point.Gold.Value;
        if (curve.GoldCovariance is { } gold && curve.ProxyCovariance is { } proxy && gold.Groups == proxy.Groups)
            return new(gap, Math.Sqrt(Math.Max(0, proxy[i, i] + gold[i, i] - 2 * proxy.With(gold, i, i))));
        return point.Proxy.HasStandardError && point.Gold.HasStandardError
            ? new(gap, Math.Sqrt(Math.Pow(point.Proxy.StandardError, 2) + Math.Pow(point.Gold.StandardError, 2)))
            : Estimate.WithoutError(gap);
    }
}
