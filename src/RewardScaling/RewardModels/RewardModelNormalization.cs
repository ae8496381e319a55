using System.Globalization;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// What is subtracted from a reward model's scores and what they are divided by. Scores mean nothing up to a constant, so
/// Gao, Schulman and Hilton 2022 (section 2.2) recentre every model to mean 0 on the initial policy, and scale the gold
/// model to variance 1 as well.
/// </summary>
/// <param name="Mean">What is subtracted; finite.</param>
/// <param name="StandardDeviation">What the difference is divided by; positive and finite, 1 for recentring alone.</param>
public sealed record RewardModelNormalization(double Mean, double StandardDeviation)
{
    /// <summary>Scores as they are.</summary>
    public static RewardModelNormalization None { get; } = new(0, 1);

    /// <summary>This normalisation without the division: mean 0, the model's own scale. What proxies get.</summary>
    public RewardModelNormalization Recentered => this with { StandardDeviation = 1 };

    /// <summary>Measures a model on rollouts of the initial policy.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rollouts">Rollouts of the initial policy; some hundreds at least, for the mean has the error
    /// deviation / sqrt(count).</param>
    /// <param name="cancellationToken">Stops the scoring.</param>
    /// <exception cref="ArgumentException">Fewer than two rollouts, or scores that are all equal.</exception>
    /// <exception cref="InvalidOperationException">The model gave a score that is not finite, or not one
    /// for each rollout.</exception>
    public static async Task<RewardModelNormalization> MeasureAsync(
        IRewardModel model, Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        return FromScores(await model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Mean and standard deviation (divisor count) of scores, so that those very scores come out with mean 0 and variance 1.
    /// </summary>
    /// <param name="scores">The scores, at least two, finite and not all equal.</param>
    /// <exception cref="ArgumentException">Fewer than two scores, one that is not finite, or all are equal.</exception>
    public static RewardModelNormalization FromScores(ReadOnlySpan<double> scores)
    {
        if (scores.Length < 2)
            throw new ArgumentException($"scores has {scores.Length} values; a deviation needs at least 2.", nameof(scores));
        Guard.AllFinite(scores);
        double mean = 0, squares = 0;
        foreach (double score in scores) mean += score / scores.Length;
        foreach (double score in scores) squares += (score - mean) * (score - mean) / scores.Length;
        double deviation = Math.Sqrt(squares);
        // Rounding alone gives equal scores a deviation near epsilon times their size.
        if (!(deviation > 1e-12 * Math.Abs(mean)) || !double.IsFinite(deviation))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The {scores.Length} scores have mean {mean} and deviation {deviation}; the model tells no rollout apart."),
                nameof(scores));
        }
        return new(mean, deviation);
    }

    /// <summary>(score - mean) / standard deviation.</summary>
    /// <param name="score">The model's own score.</param>
    public double Apply(double score) => (score - Mean) / StandardDeviation;

    /// <summary>The model with its scores recentred and scaled; it asks the model and does not own it.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mean is not finite or the deviation is not
    /// positive and finite.</exception>
    public IRewardModel Apply(IRewardModel model) => new NormalizedRewardModel(model, this);

    /// <summary>The formula.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"(score - {Mean:G4}) / {StandardDeviation:G4}");
}
