namespace RewardScaling.Models;

/// <summary>
/// A reward model whose weights can be moved: a transformer with a scalar head, read where <see cref="RewardReadout"/> says.
/// </summary>
/// <remarks>
/// Sequences longer than the context are faults: the caller decides what to cut.
/// </remarks>
public interface ITrainableRewardModel : IRewardModel, INetwork
{
    /// <summary>Scores sequences. Keeps nothing.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="scores">One number for each sequence.</param>
    void Score(TokenBatch batch, Span<float> scores);

    /// <summary>As <see cref="Score"/>, keeping the activations for one <see cref="Backward"/>.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="scores">One number for each sequence.</param>
    void Forward(TokenBatch batch, Span<float> scores);

    /// <summary>
    /// Adds to the gradients what a loss with these derivatives by the last <see cref="Forward"/>'s scores asks for.
    /// </summary>
    /// <param name="gradients">∂loss/∂score of every sequence.</param>
    /// <exception cref="InvalidOperationException">There was no <see cref="Forward"/> since the last call.</exception>
    void Backward(ReadOnlySpan<float> gradients);

    /// <summary>A model with the same weights, no gradients and a fresh optimizer.</summary>
    ITrainableRewardModel Clone();

    /// <inheritdoc/>
    ValueTask<double[]> IRewardModel.ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var scores = new float[rollouts.Count];
        Score(rollouts.Tokens, scores);
        return ValueTask.FromResult(Array.ConvertAll(scores, static score => (double)score));
    }
}
