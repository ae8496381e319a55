using MathNet.Numerics.Integration;
using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>
/// The degree of overoptimization γ of Kim et al. 2025 (arXiv:2505.12763): how much of the gold curve
/// the proxy-gold gap amounts to.
/// </summary>
public static class OveroptimizationDegree
{
    /// <summary>γ = ∫ |gold - proxy| / ∫ gold over d from 0 to the farthest, d = sqrt(KL).</summary>
    /// <remarks>
    /// The paper's text says KL, but the curves it integrates are functions of sqrt(KL), and so is this integral.
    /// </remarks>
    /// <param name="gold">The fit of gold.</param>
    /// <param name="proxy">The fit of proxy, in the same units.</param>
    /// <param name="farthest">How far to integrate; above 0.</param>
    /// <exception cref="ArgumentException">A fit of proxy where that of gold belongs, or the other way, or the gold curve has no
    /// positive area.</exception>
    public static double Of(LawFit gold, LawFit proxy, KlDistance farthest)
    {
        ProxyGoldGap.Check(proxy, gold);
        return Of(gold.Evaluate, proxy.Evaluate, farthest);
    }

    /// <summary>γ of any two curves.</summary>
    /// <param name="gold">Gold by distance.</param>
    /// <param name="proxy">Proxy by distance.</param>
    /// <param name="farthest">How far to integrate; above 0.</param>
    /// <exception cref="ArgumentException">The gold curve has no positive area.</exception>
    public static double Of(Func<KlDistance, double> gold, Func<KlDistance, double> proxy, KlDistance farthest)
    {
        ArgumentNullException.ThrowIfNull(gold);
        ArgumentNullException.ThrowIfNull(proxy);
        Numerics.Guard.Positive(farthest.Value, nameof(farthest));
        double gap = 0, area = 0;
        const int Panels = 64;
        for (int panel = 0; panel < Panels; panel++)
        {
            double low = farthest.Value * panel / Panels, high = farthest.Value * (panel + 1) / Panels;
            gap += GaussLegendreRule.Integrate(d => Math.Abs(gold(new(d)) - proxy(new(d))), low, high, 16);
            area += GaussLegendreRule.Integrate(d => gold(new(d)), low, high, 16);
        }
        return area > 0 ? gap / area
            : throw new ArgumentException(FormattableString.Invariant($"The gold curve's area up to {farthest} is {area}; it must be positive."), nameof(gold));
    }
}
