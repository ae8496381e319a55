using System.ComponentModel;
using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>How far a point lies from the fitted law.</summary>
/// <param name="Value">Measured less fitted, in its own standard errors: fitting has drawn the law towards the point, and the
/// error takes that into account.</param>
/// <param name="Kl">The point's KL, in nats per sequence.</param>
/// <param name="Point">Its place in the curve, from 0.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct StandardizedResidual(double Value, KlNats Kl, int Point)
{
    /// <summary>As "-5.4 standard errors at KL 0.1931 nats".</summary>
    public override string ToString() => FormattableString.Invariant($"{Value:F1} standard errors at KL {Kl.Value:G4} nats");
}
