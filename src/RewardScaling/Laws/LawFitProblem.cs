using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// A law, the points it is fitted to, their weights and what each coefficient may be: everything a solver needs.
/// </summary>
/// <remarks>The coefficients are the law's, in its order, and last the offset: reward = offset + R(d).</remarks>
internal sealed record LawFitProblem
{
    private const double Smallest = 1e-100, Largest = 1e100;

    public required OveroptimizationLaw Law { get; init; }

    public required string Label { get; init; }

    /// <summary>How it is fitted, the offset decided.</summary>
    public required LawFitOptions Options { get; init; }

    /// <summary>The curve the points are of.</summary>
    public required RewardCurve Curve { get; init; }

    /// <summary>d of each point; above 0 unless the offset is free.</summary>
    public required double[] Distances { get; init; }

    /// <summary>Reward of each point.</summary>
    public required double[] Rewards { get; init; }

    /// <summary>The standard deviation each residual is divided by: 1 everywhere for equal weights.</summary>
    public required double[] Scales { get; init; }

    /// <summary>The covariance of all the curve's points; null unless the fit is to use it.</summary>
    public PointCovariance? Covariance { get; init; }

    /// <summary>Where each fitted point stands in the curve.</summary>
    public required int[] CurveIndices { get; init; }

    /// <summary>How many points at KL = 0 were not counted.</summary>
    public required int PointsAtZero { get; init; }

    /// <summary>The law's coefficients and the offset.</summary>
    public required string[] Names { get; init; }

    public required ParameterRange[] Ranges { get; init; }

    public int PointCount => Distances.Length;

    /// <summary>The curve with what was fitted in the place of gold.</summary>
    public RewardCurve CurveAsGold => Options.Target == RewardTarget.Gold ? Curve
        : new(Curve.Method, Curve.Label, [.. Curve.Points.Where(static point => point.HasProxy)
            .Select(static point => point with { Gold = point.Proxy })])
        {
            GoldCovariance = Curve.ProxyCovariance,
        };

    public int ParameterCount => Names.Length;

    public int FreeCount => Ranges.Count(static range => !range.IsPoint);

    /// <summary>offset + R(d).</summary>
    public double Evaluate(double distance, ReadOnlySpan<double> values) =>
        values[^1] + Law.Evaluate(new(distance), values[..^1]);

    /// <summary>∂reward/∂coefficient, the offset last.</summary>
    public void Gradient(double distance, ReadOnlySpan<double> values, Span<double> gradient)
    {
        Law.Gradient(new(distance), values[..^1], gradient[..^1]);
        gradient[^1] = 1;
    }

    /// <summary>What a curve gives to a fit.</summary>
    /// <param name="law">The law.</param>
    /// <param name="curve">The curve.</param>
    /// <param name="options">How it is fitted.</param>
    /// <param name="shared">Coefficients that other curves determine too; the curve's points must determine the rest.</param>
    public static LawFitProblem From(OveroptimizationLaw law, RewardCurve curve, LawFitOptions options,
        IReadOnlyList<string>? shared = null)
    {
        options = options.WithOffsetFor(curve);
        string[] names = [.. law.ParameterNames, LawFitOptions.Offset];
        foreach (string name in options.Ranges.Keys)
            if (!names.Contains(name)) throw new ArgumentException($"The {law.Name} law has no coefficient '{name}'; a fit of it has {string.Join(", ", names)}.", nameof(options));
        var ranges = Array.ConvertAll(names, name => options.Ranges.TryGetValue(name, out var range) ? range
            : name == LawFitOptions.Offset ? new(0, 0) : law.RangeOf(name));
        bool offsetIsFree = !ranges[^1].IsPoint;
        var used = new List<RewardPoint>();
        var scales = new List<double>();
        var indices = new List<int>();
        int atZero = 0;
        var covariance = options.Weighting != LawWeighting.SharedSamples ? null
            : CovarianceOf(curve, options.Target)
                ?? throw new ArgumentException($"The curve '{curve.Label}' has no covariance of its points; weight them otherwise.", nameof(curve));
        for (int i = 0; i < curve.Points.Count; i++)
        {
            var point = curve.Points[i];
            if (!Has(point, options.Target)) continue;
            if (point.Kl.Value == 0 && !offsetIsFree)
            {
                atZero++;
                continue;
            }
            RequireSize(curve, i, options.Target);
            used.Add(point);
            indices.Add(i);
            scales.Add(options.Weighting is LawWeighting.Equal or LawWeighting.SharedSamples ? 1 : ScaleOf(point, i, options));
        }
        int different = used.Select(static point => point.Kl.Value).Distinct().Count(),
            free = Enumerable.Range(0, names.Length).Count(j => !ranges[j].IsPoint && shared?.Contains(names[j]) != true);
        if (different < Math.Max(1, free) && options.IsOffsetFreed) return From(law, curve, options.WithoutOffset(), shared);
        if (different < Math.Max(1, free))
            throw new ArgumentException(FormattableString.Invariant(
                $"The curve '{curve.Label}' has {different} different distances{(offsetIsFree ? "" : " above 0")}; this fit of {law.Name} has {free} free coefficients{(shared is null ? "" : " of the curve's own")} and needs as many at least."), nameof(curve));
        return new()
        {
            Law = law,
            Label = curve.Label,
            Options = options,
            Curve = curve,
            Distances = [.. used.Select(static point => point.Distance.Value)],
            Rewards = [.. used.Select(point => RewardOf(point, options.Target).Value)],
            Scales = [.. scales],
            PointsAtZero = atZero,
            Names = names,
            Ranges = ranges,
            Covariance = covariance,
            CurveIndices = [.. indices],
        };
    }

    /// <summary>The same problem with one coefficient held: what a profile refits.</summary>
    public LawFitProblem Holding(int parameter, double value)
    {
        var ranges = (ParameterRange[])Ranges.Clone();
        ranges[parameter] = new(value, value);
        return this with { Ranges = ranges };
    }

    /// <summary>The same problem with other rewards: what a bootstrap refits.</summary>
    public LawFitProblem WithRewards(double[] rewards) => this with { Rewards = rewards };

    /// <summary>The covariance of the points' rewards; null where the curve has none.</summary>
    public static PointCovariance? CovarianceOf(RewardCurve curve, RewardTarget target) =>
        target == RewardTarget.Gold ? curve.GoldCovariance : curve.ProxyCovariance;

    // Squares of what is larger or smaller are no numbers any more, and a fit of them no fit.
    private static void RequireSize(RewardCurve curve, int index, RewardTarget target)
    {
        double kl = curve.Points[index].Kl.Value, reward = RewardOf(curve.Points[index], target).Value;
        if (kl is not 0 and (< Smallest or > Largest))
            throw new ArgumentException(FormattableString.Invariant($"points[{index}] of '{curve.Label}' has KL = {kl}; a KL that is not 0 must be in [{Smallest:G1}, {Largest:G1}] to be fitted."));
        if (Math.Abs(reward) > Largest)
            throw new ArgumentException(FormattableString.Invariant($"points[{index}] of '{curve.Label}' has {target} = {reward}; it must be at most {Largest:G1} in size to be fitted."));
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

    /// <summary>Whether a point has gold, or its proxy.</summary>
    public static bool Has(RewardPoint point, RewardTarget target) => target == RewardTarget.Gold ? point.HasGold
        : point.HasProxy;

    /// <summary>Gold of a point, or its proxy.</summary>
    public static Estimate RewardOf(RewardPoint point, RewardTarget target) => target == RewardTarget.Gold ? point.Gold
        : point.Proxy;
}
