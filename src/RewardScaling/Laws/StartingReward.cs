using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>The reward measured at KL = 0, and whether it contradicts what a law takes it to be.</summary>
/// <param name="Reward">The mean of the points at KL = 0, with its error or, where that is not known, that of the noise between
/// neighbouring points.</param>
/// <param name="IsNoiseOfNeighbours">Whether the error is that of neighbouring points.</param>
internal sealed record StartingReward(Estimate Reward, bool IsNoiseOfNeighbours)
{
    private const double Contradiction = 3;

    /// <summary>The reward at KL = 0; null where no point is there, or nothing is known of its error.</summary>
    public static StartingReward? Of(RewardCurve curve, RewardTarget target)
    {
        int[] start = [.. Enumerable.Range(0, curve.Points.Count)
            .Where(i => curve.Points[i].Kl.Value == 0 && LawFitProblem.Has(curve.Points[i], target))];
        if (start.Length == 0) return null;
        Estimate[] rewards = Array.ConvertAll(start, i => LawFitProblem.RewardOf(curve.Points[i], target));
        double mean = rewards.Average(static reward => reward.Value), sum = 0;
        if (LawFitProblem.CovarianceOf(curve, target) is { } covariance)
        {
            foreach (int i in start)
                foreach (int j in start) sum += covariance[i, j];
        }
        else if (rewards.All(static reward => reward.HasStandardError))
        {
            foreach (var reward in rewards) sum += reward.StandardError * reward.StandardError;
        }
        else
        {
            return NoiseOfNeighbours(curve, target) is { } noise ? new(new(mean, noise / Math.Sqrt(start.Length)), true) : null;
        }
        return new(new(mean, Math.Sqrt(Math.Max(0, sum)) / start.Length), false);
    }

    /// <summary>How many standard errors the reward lies from a value; +∞ where it has no error and differs.</summary>
    public double From(double value)
    {
        double difference = Math.Abs(Reward.Value - value);
        return difference == 0 ? 0 : Reward.StandardError > 0 ? difference / Reward.StandardError : double.PositiveInfinity;
    }

    /// <summary>Whether the reward is not the value, beyond doubt.</summary>
    public bool Contradicts(double value) => From(value) > Contradiction;

    /// <summary>As "gold at KL = 0 is 3.45 ± 0.049, 70 standard errors from 0".</summary>
    public string Words(RewardTarget target, double value)
    {
        double errors = From(value);
        string name = target == RewardTarget.Gold ? "gold" : "the proxy",
            far = double.IsFinite(errors) ? FormattableString.Invariant($"{errors:F0} standard errors from {value:G4}")
                : FormattableString.Invariant($"not {value:G4}");
        return IsNoiseOfNeighbours ? FormattableString.Invariant($"{name} at KL = 0 is {Reward.Value:G4}, {far} by the noise between neighbouring points")
            : $"{name} at KL = 0 is {Reward}, {far}";
    }

    // Rice 1984: half the mean squared difference of neighbours, which holds the curve's own rise too and so errs on the safe
    // side.
    private static double? NoiseOfNeighbours(RewardCurve curve, RewardTarget target)
    {
        double[] rewards = [.. curve.Points.Where(point => point.Kl.Value > 0 && LawFitProblem.Has(point, target))
            .OrderBy(static point => point.Kl.Value)
            .Select(point => LawFitProblem.RewardOf(point, target).Value)];
        if (rewards.Length < 3) return null;
        double sum = 0;
        for (int i = 1; i < rewards.Length; i++) sum += (rewards[i] - rewards[i - 1]) * (rewards[i] - rewards[i - 1]);
        return Math.Sqrt(0.5 * sum / (rewards.Length - 1));
    }
}
