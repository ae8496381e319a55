using RewardScaling.Models;

namespace RewardScaling.Serving;

/// <summary>What tells how likely a model holds tokens that somebody else wrote: a reference policy, here or behind a
/// server.</summary>
public interface ITokenScorer
{
    /// <summary>log π(token | prefix) of every response token, in nats, at temperature 1 without a cut.</summary>
    /// <param name="batch">Sequences with responses, in the model's own tokens.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>One number for each response token, laid out as <see cref="TokenBatch.ResponseOffsets"/> says; -infinity for a
    /// token that the model never writes.</returns>
    ValueTask<float[]> LogProbsAsync(TokenBatch batch, CancellationToken cancellationToken = default);
}
