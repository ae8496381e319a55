using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A law, the points it is fitted to and their weights: everything a solver needs.</summary>
internal sealed class LawFitProblem
{
    public required OveroptimizationLaw Law { get; init; }

    public required string Label { get; init; }

    public required LawFitOptions Options { get; init; }

    /// <summary>d of each point, all above 0.</summary>
    public required double[] Distances { get; init; }

    /// <summary>Reward of each point.</summary>
    public required double[] Rewards { get; init; }

    /// <summary>The standard deviation each residual is divided by: 1 everywhere for equal weights.</summary>
    public required double[] Scales { get; init; }

    /// <summary>How many points at KL = 0 were not counted.</summary>
    public required int PointsAtZero { get; init; }

    public int PointCount => Distances.Length;

    public static LawFitProblem From(OveroptimizationLaw law, RewardCurve curve, LawFitOptions options)
    {
        var used = new List<RewardPoint>();
        var scales = new List<double>();
        for (int i = 0; i < curve.Points.Count; i++)
        {
            var point = curve.Points[i];
            if (point.Kl.Value == 0) continue;
            used.Add(point);
            scales.Add(options.Weighting == LawWeighting.Equal ? 1 : ScaleOf(point, i, options));
        }
        int different = used.Select(static point => point.Kl.Value).Distinct().Count();
        if (different < law.ParameterNames.Count)
            throw new ArgumentException(FormattableString.Invariant(
                $"The curve '{curve.Label}' has {different} different distances above 0; {law.Name} has {law.ParameterNames.Count} coefficients and needs as many at least."), nameof(curve));
        return new()
        {
            Law = law,
            Label = curve.Label,
            Options = options,
            Distances = [.. used.Select(static point => point.Distance.Value)],
            Rewards = [.. used.Select(point => RewardOf(point, options.Target).Value)],
            Scales = [.. scales],
            PointsAtZero = curve.Points.Count - used.Count,
        };
    }

    private static double ScaleOf(RewardPoint point, int index, LawFitOptions options)
    {
        var reward = RewardOf(point, options.Target);
        if (!reward.HasStandardError)
            throw new ArgumentException(FormattableString.Invariant($"points[{index}] has no standard error of {options.Target}; weight the points equally instead."));
        if (!(reward.StandardError > 0))
            throw new ArgumentException(FormattableString.Invariant($"points[{index}] has a standard error of 0 of {options.Target}, which would weigh without bound; weight the points equally instead."));
        return reward.StandardError;
    }

    private static Estimate RewardOf(RewardPoint point, RewardTarget target) => target == RewardTarget.Gold ? point.Gold : point.Proxy;
}
