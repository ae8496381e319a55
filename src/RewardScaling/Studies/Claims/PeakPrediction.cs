using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Studies.Claims;

/// <summary>The peak of a size of reward model that was left out, as the other sizes predict it, beside the measured
/// one.</summary>
/// <param name="ProxyParameters">The size left out.</param>
/// <param name="Kl">Predicted KL of the peak, in nats: the 95 percent interval of one new reward model.</param>
/// <param name="Gold">Predicted gold of the peak.</param>
/// <param name="Measured">Where gold was highest without any law, over the seeds.</param>
internal sealed record PeakPrediction(long ProxyParameters, ConfidenceInterval Kl, ConfidenceInterval Gold, MeasuredPeak Measured)
{
    /// <summary>Whether the predicted height and the measured one have a value in common; of one whose error is not known,
    /// whether it lies in the interval.</summary>
    public bool IsHeld => Measured is MeasuredPeak.Known known ? known.Bounds.Gold.Low <= Gold.High
        && known.Bounds.Gold.High >= Gold.Low
        : Gold.Contains(Measured.Highest.Gold.Value);

    /// <summary>Half of the predicted interval of gold over the measured height; infinite where the interval is unbounded or
    /// nothing was gained.</summary>
    public double HalfWidth => Gold.IsBounded && Measured.Highest.Gold.Value > 0
        ? 0.5 * (Gold.High - Gold.Low) / Measured.Highest.Gold.Value : double.PositiveInfinity;
}
