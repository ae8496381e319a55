using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// What a random teacher thinks of a style (<see cref="TokenStyle"/>): it likes more of it up to a limit and holds the excess
/// against a response (<see cref="ModeratedRewardModel"/>). Its score is the network's plus <see cref="Weight"/> times that, both
/// measured in standard deviations over the initial policy.
/// </summary>
/// <remarks>
/// A network with random weights bends up as often as down along the errors of a proxy, so whether gold falls under best-of-n
/// is luck. A taste lets it fall for a reason: few comparisons teach the liking, and only many show the limit. docs/study.md
/// has the figures.
/// </remarks>
public sealed record StyleTaste
{
    /// <summary>How much the style counts beside the network; at least 0.</summary>
    /// <value>Default 1.6: the style is the first thing a proxy learns, and not all there is to learn.</value>
    public double Weight { get; init; } = 1.6;

    /// <summary>Beyond how many standard deviations above the initial policy's mean more is worse; finite.</summary>
    /// <value>Default 1.6: about one response of the initial policy in eighteen has too much, were it normal.</value>
    public double Limit { get; init; } = 1.6;

    /// <summary>What each standard deviation beyond the limit costs, in standard deviations; at least 0.</summary>
    /// <value>Default 6.</value>
    public double Fall { get; init; } = 6;

    /// <summary>What an excess is held to be at worst, in standard deviations; at most <see cref="Limit"/>.</summary>
    /// <value>Default -3: unbearable is unbearable.</value>
    public double Floor { get; init; } = -3;

    internal void Require(Faults faults, string name)
    {
        faults.Require(Weight >= 0 && double.IsFinite(Weight), $"{name}.{nameof(Weight)}", Weight, "at least 0 and finite");
        faults.Require(double.IsFinite(Limit), $"{name}.{nameof(Limit)}", Limit, "finite");
        faults.Require(Floor <= Limit || double.IsNaN(Limit), $"{name}.{nameof(Floor)}", Floor, $"at most {nameof(Limit)}");
        faults.Require(Fall >= 0 && double.IsFinite(Fall), $"{name}.{nameof(Fall)}", Fall, "at least 0 and finite");
    }

    /// <summary>The words for reports.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"a taste for a style: weight {Weight}, limit {Limit}, fall {Fall}, floor {Floor}");
}
