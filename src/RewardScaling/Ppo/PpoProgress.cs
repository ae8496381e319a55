using RewardScaling.Curves;

namespace RewardScaling.Ppo;

/// <summary>How far a run is, after each step.</summary>
/// <param name="Metrics">What the step measured.</param>
/// <param name="MaximumSteps">How many steps there are at most.</param>
/// <param name="Fraction">About how much of the run is done, in [0, 1]: of the steps or of the way to the KL budget in d,
/// whichever is more.</param>
/// <param name="LastPoint">The latest point of the curve.</param>
/// <param name="PointCount">How many points the curve has.</param>
public sealed record PpoProgress(
    PpoStepMetrics Metrics, int MaximumSteps, double Fraction, RewardPoint LastPoint, int PointCount);
