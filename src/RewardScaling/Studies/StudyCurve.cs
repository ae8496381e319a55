using RewardScaling.Curves;
using RewardScaling.Laws;

namespace RewardScaling.Studies;

/// <summary>What one method of optimisation made of one proxy.</summary>
/// <param name="Proxy">The proxy that was optimised against.</param>
/// <param name="Curve">KL, proxy and gold along the way.</param>
/// <param name="Fit">The method's law fitted to gold.</param>
public sealed record StudyCurve(ProxySummary Proxy, RewardCurve Curve, LawFit Fit);
