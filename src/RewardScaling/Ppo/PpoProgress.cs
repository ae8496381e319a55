using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>How far a run is, after each step.</summary>
/// <param name="Metrics">What the step measured.</param>
/// <param name="MaximumSteps">How many steps there are at most.</param>
/// <param name="Fraction">About how much of the run is done, in [0, 1]: of the steps or of the way to the KL budget in d,
/// whichever is more.</param>
/// <param name="LastPoint">The latest point of the curve.</param>
/// <param name="PointCount">How many points the curve has.</param>
/// <param name="TimeLeft">How long the rest takes at the pace of this process so far, an estimate; the largest time there is where
/// nothing has been gained yet.</param>
public sealed record PpoProgress(
    PpoStepMetrics Metrics, int MaximumSteps, double Fraction, RewardPoint LastPoint, int PointCount, TimeSpan TimeLeft)
{
    /// <summary>Tokens written and learned from in each second of the step.</summary>
    public double TokensPerSecond => Metrics.TokensPerSecond;

    /// <summary>The step's numbers, gold at the last point and the time left.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Metrics}, gold {(LastPoint.HasGold ? LastPoint.Gold.ToString() : "not known")}; {Fraction:P0} done, {NumberText.Duration(TimeLeft)} left");
}
