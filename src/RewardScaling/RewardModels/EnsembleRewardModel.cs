using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Several reward models as one (Coste et al. 2024, arXiv:2310.02743). It asks them and does not own them.</summary>
/// <remarks>The models' scores must be on one scale, such as normalised ones (<see cref="RewardModelNormalization"/>).</remarks>
/// <example>
/// <code>
/// IRewardModel cautious = EnsembleRewardModel.WorstCase(proxy, model);
/// </code>
/// </example>
public sealed class EnsembleRewardModel : IRewardModel
{
    private readonly IRewardModel[] _members;
    private readonly Func<double[], double> _combine;

    private EnsembleRewardModel(IReadOnlyList<IRewardModel> members, Func<double[], double> combine)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
            throw new ArgumentException("members is empty; an ensemble needs at least one reward model.", nameof(members));
        for (int i = 0; i < members.Count; i++) ArgumentNullException.ThrowIfNull(members[i], $"members[{i}]");
        (_members, _combine) = ([.. members], combine);
    }

    /// <summary>The mean of the members' scores.</summary>
    /// <param name="members">The reward models; at least one.</param>
    public static EnsembleRewardModel Mean(params IReadOnlyList<IRewardModel> members) =>
        new(members, MeanOf);

    /// <summary>The lowest of the members' scores: worst-case optimisation.</summary>
    /// <param name="members">The reward models; at least one.</param>
    public static EnsembleRewardModel WorstCase(params IReadOnlyList<IRewardModel> members) =>
        new(members, LowestOf);

    /// <summary>
    /// mean - λ variance: uncertainty-weighted optimisation. The variance is that of the members, Σ (r_i - mean)² / k with the
    /// divisor k, the number of members, as Coste et al. write it.
    /// </summary>
    /// <param name="members">The reward models; at least one.</param>
    /// <param name="weight">λ, at least 0, in 1 / score.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public static EnsembleRewardModel UncertaintyWeighted(IReadOnlyList<IRewardModel> members, double weight)
    {
        Guard.Finite(weight);
        Guard.NotNegative(weight);
        return new(members, scores => UncertaintyWeightedOf(weight, scores));
    }

    internal static double MeanOf(double[] scores) => scores.Average();

    internal static double LowestOf(double[] scores) => scores.Min();

    internal static double UncertaintyWeightedOf(double weight, double[] scores)
    {
        double mean = scores.Average(), squares = 0;
        foreach (double score in scores) squares += (score - mean) * (score - mean);
        return mean - weight * squares / scores.Length;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A member gave a score that is not finite, or not one for each
    /// rollout.</exception>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        var scores = new double[_members.Length][];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = await _members[i].ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false);
        var combined = new double[rollouts.Count];
        for (int rollout = 0; rollout < combined.Length; rollout++)
            combined[rollout] = _combine(Array.ConvertAll(scores, of => of[rollout]));
        return combined;
    }
}
