using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>A reward model that is asked only when a check has passed, and the check only when it is asked.</summary>
internal sealed class GuardedModel(IRewardModel model, Once check) : IRewardModel
{
    /// <inheritdoc/>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        await check.DoneAsync(cancellationToken).ConfigureAwait(false);
        return await model.ScoreAsync(rollouts, cancellationToken).ConfigureAwait(false);
    }
}
