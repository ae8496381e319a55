namespace RewardScaling.Models;

/// <summary>
/// A reward model whose weights can be moved: a transformer with a scalar head, read where <see cref="RewardReadout"/> says.
/// </summary>
/// <remarks>
/// One thread at a time (<see cref="CallGate"/>). Sequences longer than the context are faults: the caller decides what to cut.
/// </remarks>
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

    /// <summary>Drops the gradients gathered and the activations kept for <see cref="Backward"/>; the next step begins anew.</summary>
    void DropGradients();

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

    /// <summary>
    /// Writes all the next step depends on, whole or not at all: the weights, AdamW's moments and its step count. Gradients not
    /// stepped along yet are not kept.
    /// </summary>
    /// <remarks>
    /// A safetensors file: the tensors of <see cref="Save"/>; the moments by the same names under <c>optimizer.first.</c> and
    /// <c>optimizer.second.</c>; the count as <c>optimizer.steps</c> in the metadata.
    /// </remarks>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    void SaveTraining(string path);

    /// <summary>
    /// Takes over what <see cref="SaveTraining"/> wrote, in place; training then goes on with the bits it would have had there.
    /// Gradients and activations are dropped.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged or of a network of another kind or shape; the message names the
    /// file and the field, and the model is as it was.</exception>
    void RestoreTraining(string path);

    /// <inheritdoc/>
    ValueTask<double[]> IRewardModel.ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var scores = new float[rollouts.Count];
        Score(rollouts.Tokens, scores);
        return ValueTask.FromResult(Array.ConvertAll(scores, static score => (double)score));
    }
}
