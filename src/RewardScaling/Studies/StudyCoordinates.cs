using RewardScaling.BestOfN;
using RewardScaling.Curves;

namespace RewardScaling.Studies;

/// <summary>
/// Where a curve lies on the axes of a plan. Equal by value: curves that differ in nothing but seeds have the same
/// <see cref="WithoutSeeds"/>.
/// </summary>
public sealed record StudyCoordinates
{
    /// <summary>The seed of the study: language, policy, gold and all else.</summary>
    public required ulong StudySeed { get; init; }

    /// <summary>The size of the policy that was optimised; null where it is not one of the plan's sizes.</summary>
    public required NetworkSize? PolicySize { get; init; }

    /// <summary>How many numbers that policy was trained in.</summary>
    public required long PolicyParameters { get; init; }

    /// <summary>The size of the proxy, of an ensemble that of each member; null for a proxy of the caller's.</summary>
    public required NetworkSize? ProxySize { get; init; }

    /// <summary>How many numbers the proxy was trained in, of an ensemble each member; 0 for a proxy of the caller's.</summary>
    public required long ProxyParameters { get; init; }

    /// <summary>How many of the proxy's lower blocks are the policy's and were kept, where it began as the policy's trunk; null
    /// where it did not.</summary>
    public int? FrozenBlocks { get; init; }

    /// <summary>How many comparisons it was trained on; 0 for a proxy of the caller's.</summary>
    public required int Comparisons { get; init; }

    /// <summary>The share of these whose label was turned round.</summary>
    public double LabelNoise { get; init; }

    /// <summary>Which of the proxies of this size and data it is, from 0; of an ensemble 0.</summary>
    public int ProxySeed { get; init; }

    /// <summary>The ensemble; null for a single proxy.</summary>
    public EnsembleChoice? Ensemble { get; init; }

    /// <summary>The name of a proxy of the caller's; null for the trained ones.</summary>
    public string? OwnProxy { get; init; }

    /// <summary>How the policy was optimised.</summary>
    public required OptimizationMethod Method { get; init; }

    /// <summary>How it selects from a pool; of PPO <see cref="SelectionRule.BestOfN"/>, which says nothing there.</summary>
    public SelectionRule Selection { get; init; }

    /// <summary>The KL penalty of PPO; <see cref="KlPenalty.None"/> for best-of-n.</summary>
    public KlPenalty Penalty { get; init; } = KlPenalty.None;

    /// <summary>Which of the PPO runs against this proxy it is, from 0; of best-of-n 0.</summary>
    public int PolicySeed { get; init; }

    /// <summary>Which round of iterated RLHF it is, from 1.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The rounds it is one of.</summary>
    public RlhfRounds Rounds { get; init; } = new();

    /// <summary>The same place with every seed 0: what curves that are to be averaged have in common.</summary>
    public StudyCoordinates WithoutSeeds => this with { StudySeed = 0, ProxySeed = 0, PolicySeed = 0 };

    /// <summary>The place in words; what is at its default is left out.</summary>
    public override string ToString()
    {
        string proxy = OwnProxy ?? FormattableString.Invariant(
            $"{ProxyParameters:N0} parameters ({ProxySize?.ToString() ?? "a trunk"}), {Comparisons:N0} comparisons");
        string words = FormattableString.Invariant($"{(Method != OptimizationMethod.BestOfN ? "PPO" : Selection == SelectionRule.BestOfN ? "best-of-n" : "best-of-Poisson")} of {PolicyParameters:N0} parameters against {proxy}")
            + (LabelNoise == 0 ? "" : FormattableString.Invariant($", {LabelNoise:P0} wrong labels")) + (Ensemble is null ? "" : $", {Ensemble}")
            + (Penalty.Coefficient == 0 ? "" : $", {Penalty}") + (Rounds.Count == 1 ? "" : FormattableString.Invariant($", round {Round} of {Rounds}"));
        return words + FormattableString.Invariant($", seeds {StudySeed}, {ProxySeed} and {PolicySeed}");
    }

    /// <summary>The place of a curve of a study that varies sizes, comparisons and seeds of proxies alone.</summary>
    internal static StudyCoordinates Of(ProxySummary proxy, OptimizationMethod method) => new()
    {
        StudySeed = 0,
        PolicySize = null,
        PolicyParameters = 0,
        ProxySize = proxy.Size,
        ProxyParameters = proxy.Parameters,
        FrozenBlocks = proxy.FrozenBlocks,
        Comparisons = proxy.Comparisons,
        LabelNoise = proxy.LabelNoise,
        ProxySeed = proxy.Seed,
        Ensemble = proxy.Ensemble,
        OwnProxy = proxy.OwnProxy,
        Method = method,
    };
}
