using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>One point of the curve predicted for a reward model not yet trained.</summary>
/// <param name="Kl">Where, in nats per sequence.</param>
/// <param name="Reward">The reward above the start of the curve with the expected coefficients.</param>
/// <param name="Interval">The prediction interval of the reward there, of one new reward model; not of all KL together.</param>
public sealed record ScalingPrediction(KlNats Kl, double Reward, ConfidenceInterval Interval)
{
    /// <summary>As "0.41 (0.37 to 0.46) at 3 nats".</summary>
    public override string ToString() => FormattableString.Invariant($"{Reward:G4} ({Interval}) at {Kl}");
}
