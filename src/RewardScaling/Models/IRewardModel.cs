namespace RewardScaling.Models;

/// <summary>
/// Anything that scores responses, as proxy or as gold: a network of this library, a function of the text, a remote service.
/// </summary>
/// <remarks>
/// The library asks a reward model for one batch at a time. A network of an engine faults a second call beside the first; a
/// function of the text is called from one thread at a time by each scoring, and two
/// scorings may run beside each other if the function bears it; a remote one is called from several threads at once. A network
/// computes on the thread that asks and has finished when the call returns; a remote model waits without a thread.
/// </remarks>
public interface IRewardModel
{
    /// <summary>Scores every rollout; higher is better.</summary>
    /// <param name="rollouts">Prompts with responses.</param>
    /// <param name="cancellationToken">Stops the scoring.</param>
    /// <returns>One finite number for each rollout, in their order. What asked for them checks this.</returns>
    ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default);
}
