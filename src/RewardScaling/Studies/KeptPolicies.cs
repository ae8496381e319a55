using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>
/// Which policies along a run of PPO are kept besides the last one, each as large as the policy. A run keeps those of its points
/// that are asked for; to ask for others later is to run it again.
/// </summary>
public sealed record KeptPolicies
{
    /// <summary>The last one alone.</summary>
    public static KeptPolicies Last { get; } = new();

    /// <summary>Whether the policy of every point of the curve is kept.</summary>
    public bool AllPoints { get; init; }

    /// <summary>The policy of the last point whose KL is not above this, in nats per sequence; null for none.</summary>
    public KlNats? LastBelow { get; init; }

    /// <summary>Whether the policy of the point with the highest gold is kept.</summary>
    public bool GoldPeak { get; init; }

    /// <summary>The points whose policies are kept.</summary>
    /// <param name="points">The points so far.</param>
    internal IReadOnlyList<RewardPoint> Of(IReadOnlyList<RewardPoint> points)
    {
        if (AllPoints) return points;
        var kept = new List<RewardPoint>();
        if (LastBelow is { } budget && points.LastOrDefault(point => point.Kl.Value <= budget.Value) is { } last) kept.Add(last);
        if (GoldPeak && points.MaxBy(static point => point.Gold.Value) is { } peak && !kept.Contains(peak)) kept.Add(peak);
        return kept;
    }

    internal void Require(Faults faults, string name) => faults.Require(LastBelow is not { Value: 0 }, $"{name}.{nameof(LastBelow)}",
        LastBelow?.Value ?? 0, "positive, or null");
}
