using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// Too much of a good thing: a score x of another model counts as it is up to a limit, and beyond the limit as
/// limit - fall (x - limit), but not below a floor. It asks the model it wraps and does not own it.
/// </summary>
/// <remarks>
/// A trait people like in what they usually see and hold against what has too much of it (length, flattery, hedging). Who
/// learns it from few comparisons sees little beyond the limit and carries the liking on: Goodhart's law in one feature.
/// </remarks>
public sealed class ModeratedRewardModel : IRewardModel
{
    private readonly IRewardModel _model;

    /// <summary>Wraps a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="limit">The score above which more is worse; finite, in the model's units.</param>
    /// <param name="fall">What is lost for each unit beyond the limit; at least 0.</param>
    /// <param name="floor">What excess can make of a score at worst; at most the limit. Scores below it of their own
    /// stay.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number out of range.</exception>
    public ModeratedRewardModel(IRewardModel model, double limit, double fall, double floor = double.NegativeInfinity)
    {
        ArgumentNullException.ThrowIfNull(model);
        Guard.Finite(limit);
        Guard.Finite(fall);
        Guard.NotNegative(fall);
        if (!(floor <= limit))
            throw new ArgumentOutOfRangeException(nameof(floor), floor, FormattableString.Invariant($"The floor must be at most the limit, {limit}."));
        (_model, Limit, Fall, Floor) = (model, limit, fall, floor);
    }

    /// <summary>The score above which more is worse.</summary>
    public double Limit { get; }

    /// <summary>What is lost for each unit beyond the limit.</summary>
    public double Fall { get; }

    /// <summary>What excess can make of a score at worst.</summary>
    public double Floor { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The model gave a score that is not finite, or not one
    /// for each rollout.</exception>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        double[] scores = await _model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false);
        return Array.ConvertAll(scores, score => score <= Limit ? score : Math.Max(Floor, Limit - Fall * (score - Limit)));
    }
}
