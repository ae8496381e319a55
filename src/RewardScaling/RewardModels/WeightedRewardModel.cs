using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>A sum of reward models with weights, of any sign. It asks the models and does not own them.</summary>
internal sealed class WeightedRewardModel : IRewardModel
{
    private readonly (double Weight, IRewardModel Model)[] _terms;

    /// <summary>A sum.</summary>
    /// <param name="terms">The models and their finite weights; at least one.</param>
    /// <exception cref="ArgumentException">There is no term, or a weight is not finite.</exception>
    public WeightedRewardModel(params IReadOnlyList<(double Weight, IRewardModel Model)> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Count == 0) throw new ArgumentException("terms is empty; a sum needs at least one reward model.", nameof(terms));
        for (int i = 0; i < terms.Count; i++)
        {
            Guard.Finite(terms[i].Weight, $"terms[{i}].Weight");
            ArgumentNullException.ThrowIfNull(terms[i].Model, $"terms[{i}].Model");
        }
        _terms = [.. terms];
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A model gave a score that is not finite, or not one
    /// for each rollout.</exception>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        var sums = new double[rollouts.Count];
        foreach (var (weight, model) in _terms)
        {
            double[] scores = await model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < sums.Length; i++) sums[i] += weight * scores[i];
        }
        return sums;
    }
}
