using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// An ensemble of a study: proxies of one size and the same data that differ in their seed, 0 to <see cref="Members"/> - 1
/// (Coste et al. 2024, arXiv:2310.02743, section 3.2). Each member is recentred on the initial policy first.
/// </summary>
/// <param name="Kind">How the members' scores become one.</param>
/// <param name="Members">How many members; at least 2. Coste et al. take 5.</param>
/// <param name="Weight">λ of <see cref="EnsembleKind.UncertaintyWeighted"/>, in 1 / score; at least 0, and 0 for the others. Coste
/// et al. take 0.5 for best-of-n and 0.1 for PPO.</param>
public sealed record EnsembleChoice(EnsembleKind Kind, int Members, double Weight = 0)
{
    /// <summary>The members as one reward model.</summary>
    /// <param name="members">The recentred members, as many as <see cref="Members"/>; they are asked and not owned.</param>
    /// <exception cref="ArgumentException">Another number of members.</exception>
    public EnsembleRewardModel Combine(params IReadOnlyList<IRewardModel> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        Guard.Length(members.Count, Members, nameof(members));
        return Kind switch
        {
            EnsembleKind.WorstCase => EnsembleRewardModel.WorstCase(members),
            EnsembleKind.UncertaintyWeighted => EnsembleRewardModel.UncertaintyWeighted(members, Weight),
            _ => EnsembleRewardModel.Mean(members),
        };
    }

    /// <summary>The score of the ensemble from those of its members.</summary>
    internal double Combine(double[] scores) => Kind switch
    {
        EnsembleKind.WorstCase => EnsembleRewardModel.LowestOf(scores),
        EnsembleKind.UncertaintyWeighted => EnsembleRewardModel.UncertaintyWeightedOf(Weight, scores),
        _ => EnsembleRewardModel.MeanOf(scores),
    };

    /// <summary>Such as "worst case of 5".</summary>
    public override string ToString() => Kind switch
    {
        EnsembleKind.WorstCase => FormattableString.Invariant($"worst case of {Members}"),
        EnsembleKind.UncertaintyWeighted => FormattableString.Invariant($"mean of {Members} - {Weight} variance"),
        _ => FormattableString.Invariant($"mean of {Members}"),
    };

    internal void Require(Faults faults, string name)
    {
        faults.Require(Enum.IsDefined(Kind), $"{name}.{nameof(Kind)}", Kind, "one of the values of EnsembleKind");
        faults.Require(Members >= 2, $"{name}.{nameof(Members)}", Members, "at least 2");
        faults.Require(Weight >= 0 && double.IsFinite(Weight), $"{name}.{nameof(Weight)}", Weight, "at least 0 and finite");
        faults.Require(Weight == 0 || Kind == EnsembleKind.UncertaintyWeighted, $"{name}.{nameof(Weight)}", Weight,
            "0 unless the ensemble is UncertaintyWeighted, which alone has a weight");
    }
}
