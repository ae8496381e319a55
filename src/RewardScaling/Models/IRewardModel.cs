namespace RewardScaling.Models;

/// <summary>
/// Anything that scores responses, as proxy or as gold: a network of this library, a function of the text, a remote service.
/// </summary>
public interface IRewardModel
{
    /// <summary>Scores every rollout; higher is better.</summary>
    /// <param name="rollouts">Prompts with responses.</param>
    /// <param name="cancellationToken">Stops the scoring.</param>
    /// <returns>One finite number for each rollout, in their order. What asked for them checks this.</returns>
    ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default);
}
