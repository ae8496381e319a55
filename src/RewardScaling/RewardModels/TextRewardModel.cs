using RewardScaling.Models;

namespace RewardScaling.RewardModels;

/// <summary>Decodes rollouts and hands them to a function.</summary>
internal sealed class TextRewardModel(
    Func<TextRollout[], CancellationToken, ValueTask<IReadOnlyList<double>>> score) : IRewardModel
{
    /// <inheritdoc/>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        cancellationToken.ThrowIfCancellationRequested();
        var texts = new TextRollout[rollouts.Count];
        for (int i = 0; i < texts.Length; i++) texts[i] = new(rollouts.Prompt(i), rollouts.Response(i));
        return [.. await score(texts, cancellationToken).ConfigureAwait(false)];
    }
}
