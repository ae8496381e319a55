using RewardScaling.Curves;
using RewardScaling.Laws;

namespace RewardScaling.Studies.Claims;

/// <summary>Best-of-n and PPO against the same reward model.</summary>
/// <remarks>Everything is read from the points, between two of them straight in d = sqrt(KL); no law is used.</remarks>
internal sealed class MethodPair
{
    private readonly CurvePath _best, _learned;

    private MethodPair(StudyCurve bestOfN, StudyCurve ppo) => (BestOfN, Ppo, _best, _learned) =
        (bestOfN, ppo, new(bestOfN.Curve), new(ppo.Curve));

    /// <summary>The curve of best-of-n.</summary>
    public StudyCurve BestOfN { get; }

    /// <summary>The run of PPO.</summary>
    public StudyCurve Ppo { get; }

    /// <summary>Highest gold of PPO less that of best-of-n.</summary>
    public double HigherPeak => _learned.Highest.Gold.Value - _best.Highest.Gold.Value;

    /// <summary>ln of PPO's KL over best-of-n's for half of the lower one's highest gold; null where that is not above the start,
    /// or is reached at KL = 0.</summary>
    internal double? LogKlRatio
    {
        get
        {
            double level = 0.5 * Math.Min(_best.Highest.Gold.Value, _learned.Highest.Gold.Value);
            if (!(level > 0) || _best.Reach(level, Gold) is not > 0 || _learned.Reach(level, Gold) is not > 0) return null;
            return 2 * Math.Log(_learned.Reach(level, Gold)!.Value / _best.Reach(level, Gold)!.Value);
        }
    }

    /// <summary>Gold of PPO less gold of best-of-n where both have the same proxy score, a share of the lower one's highest; null
    /// where one does not reach it.</summary>
    internal double? AtEqualProxy(double share)
    {
        double level = share * Math.Min(_best.Curve.Points.Max(static point => point.Proxy.Value),
            _learned.Curve.Points.Max(static point => point.Proxy.Value));
        return _best.Reach(level, Proxy) is { } best
            && _learned.Reach(level, Proxy) is { } learned ? _learned.Gold(learned) - _best.Gold(best) : null;
    }

    /// <summary>What a unit of proxy score was worth in gold at the start: gold over proxy of the smallest n above 1 of
    /// best-of-n; null where the proxy did not rise.</summary>
    internal double? Worth => BestOfN.Worth();

    /// <summary>The degree of overoptimisation (<see cref="OveroptimizationDegree"/>) of one of the two, the proxy in gold's unit
    /// by <see cref="Worth"/>; null where that is not above 0 or gold's area is not.</summary>
    internal double? Degree(OptimizationMethod method)
    {
        CurvePath path = method == OptimizationMethod.BestOfN ? _best : _learned;
        if (Worth is not { } worth || !(worth > 0) || !(path.Farthest > 0)) return null;
        try
        {
            return OveroptimizationDegree.Of(d => path.Gold(d.Value), d => worth * path.Proxy(d.Value), new(path.Farthest));
        }
        catch (ArgumentException)
        {
            // Gold below the start most of the way has no positive area to compare with.
            return null;
        }
    }

    internal static MethodPair[] Of(IReadOnlyList<StudyCurve> plain)
    {
        var best = plain.By(OptimizationMethod.BestOfN).ToLookup(static curve => Proxied(curve.At));
        return [.. plain.By(OptimizationMethod.ReinforcementLearning)
            .SelectMany(curve => best[Proxied(curve.At)].Take(1).Select(other => new MethodPair(other, curve)))];
    }

    private static Numerics.Estimate Gold(RewardPoint point) => point.Gold;

    private static Numerics.Estimate Proxy(RewardPoint point) => point.Proxy;

    private static StudyCoordinates Proxied(StudyCoordinates at) =>
        at with { Method = OptimizationMethod.BestOfN, PolicySeed = 0, Penalty = KlPenalty.None };
}
