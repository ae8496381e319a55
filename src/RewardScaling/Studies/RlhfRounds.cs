using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>
/// Iterated RLHF (Gao et al. 2022, section 4.3): each round samples comparisons from the policy the round before ended with, lets
/// gold label them, trains a proxy on them and goes on with PPO from that policy.
/// </summary>
/// <remarks>
/// The way d = √KL that <see cref="Ppo.PpoOptions.KlBudget"/> allows is cut into <see cref="Count"/> equal parts. Round r ends at
/// r parts with <see cref="RoundReference.First"/>, and at one part with <see cref="RoundReference.Previous"/>.
/// </remarks>
public sealed record RlhfRounds
{
    /// <summary>How many rounds; at least 1.</summary>
    /// <value>Default 1: comparisons, proxy and PPO once, as in all of Gao et al. but section 4.3.</value>
    public int Count { get; init; } = 1;

    /// <summary>Whether a round trains on the comparisons of the rounds before, too, each as many.</summary>
    /// <value>Default false.</value>
    public bool CarriesComparisons { get; init; }

    /// <summary>Whether a round's proxy starts from the one of the round before instead of from random weights.</summary>
    /// <value>Default false.</value>
    public bool CarriesRewardModel { get; init; }

    /// <summary>What KL is measured from.</summary>
    /// <value>Default <see cref="RoundReference.First"/>.</value>
    public RoundReference Reference { get; init; } = RoundReference.First;

    /// <summary>Such as "3 rounds, KL from the first policy".</summary>
    public override string ToString() => Count == 1 ? "1 round"
        : FormattableString.Invariant($"{Count} rounds, KL from the {(Reference == RoundReference.First ? "first" : "previous")} policy")
            + (CarriesComparisons ? ", comparisons carried over" : "") + (CarriesRewardModel ? ", reward model carried over" : "");

    internal void Require(Faults faults, string name)
    {
        faults.Require(Count >= 1, $"{name}.{nameof(Count)}", Count, "at least 1");
        faults.Require(Enum.IsDefined(Reference), $"{name}.{nameof(Reference)}", Reference, "First or Previous");
    }
}
