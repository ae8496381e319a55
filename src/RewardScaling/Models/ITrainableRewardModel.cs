namespace RewardScaling.Models;

/// <summary>
/// A reward model whose weights can be moved: a transformer with a scalar head read at the last token of the sequence.
/// </summary>
/// <remarks>One thread at a time. Sequences longer than the context are faults: the caller decides what to cut.</remarks>
public interface ITrainableRewardModel : IRewardModel, IDisposable
{
    /// <summary>The shape of the network.</summary>
    TransformerShape Shape { get; }

    /// <summary>How many numbers are trained, the head included.</summary>
    long ParameterCount { get; }

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

    /// <summary>One step of AdamW along the gradients gathered, which are then zero.</summary>
    /// <param name="options">Moments, weight decay, clipping.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>The norm of the gradient before clipping.</returns>
    /// <exception cref="NotFiniteNumberException">The gradient is NaN or infinite; the weights are as before.</exception>
    double Step(AdamWOptions options, double learningRate);

    /// <summary>A model with the same weights, no gradients and a fresh optimizer.</summary>
    ITrainableRewardModel Clone();

    /// <summary>Writes the weights as a safetensors file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    void Save(string path);

    /// <inheritdoc/>
    ValueTask<double[]> IRewardModel.ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var scores = new float[rollouts.Count];
        Score(rollouts.Tokens, scores);
        return ValueTask.FromResult(Array.ConvertAll(scores, static score => (double)score));
    }
}
