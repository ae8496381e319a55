using RewardScaling.Curves;

namespace RewardScaling.Ppo;

/// <summary>All of a run between two steps but its networks and the metrics of every step. Randomness is read by position and
/// has no state.</summary>
/// <param name="KlCoefficient">β of the next step.</param>
/// <param name="ScoreScale">What scores are divided by.</param>
/// <param name="NextDistance">The next value of d to measure a point at.</param>
/// <param name="Collapsed">Whether the collapse of the entropy was warned about.</param>
/// <param name="Points">The curve so far.</param>
/// <param name="End">The point that was measured because the run ended, where the schedule had none there; a run that goes on
/// farther leaves it out.</param>
internal sealed record PpoState(
    double KlCoefficient, double ScoreScale, double NextDistance, bool Collapsed,
    IReadOnlyList<RewardPoint> Points, RewardPoint? End);
