using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Reports;

/// <summary>A place on a fitted law: the gold reward it gives at a divergence.</summary>
/// <param name="Kl">D_KL(π ‖ π_init), in nats per sequence.</param>
/// <param name="Gold">The law's gold reward there, with the standard error of the law (not of a measurement).</param>
internal readonly record struct FitPoint(KlNats Kl, Estimate Gold);
