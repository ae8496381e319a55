using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>A reward model whose scores are recentred and scaled. It asks the model it wraps and does not own it.</summary>
internal sealed class NormalizedRewardModel : IRewardModel
{
    /// <summary>Wraps a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="normalization">Mean and standard deviation of its scores.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mean is not finite or the deviation is not
    /// positive and finite.</exception>
    public NormalizedRewardModel(IRewardModel model, RewardModelNormalization normalization)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(normalization);
        Guard.Finite(normalization.Mean);
        Guard.Finite(normalization.StandardDeviation);
        Guard.Positive(normalization.StandardDeviation);
        Model = model;
        Normalization = normalization;
    }

    /// <summary>The model as it is.</summary>
    public IRewardModel Model { get; }

    /// <summary>What is done to its scores.</summary>
    public RewardModelNormalization Normalization { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The model gave a score that is not finite, or not one
    /// for each rollout.</exception>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        double[] scores = await Model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false);
        return Array.ConvertAll(scores, Normalization.Apply);
    }
}
