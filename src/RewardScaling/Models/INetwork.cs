namespace RewardScaling.Models;

/// <summary>
/// A network whose weights can be moved and kept, whatever its heads say: what <see cref="ITrainablePolicy"/> and
/// <see cref="ITrainableRewardModel"/> have in common.
/// </summary>
/// <remarks>One thread at a time; an engine refuses a second call while one is under way (<see cref="CallGate"/>).</remarks>
public interface INetwork : IDisposable
{
    /// <summary>The shape of the network.</summary>
    TransformerShape Shape { get; }

    /// <summary>How many numbers are trained, the heads included.</summary>
    long ParameterCount { get; }

    /// <summary>Drops the gradients gathered and the activations kept for the way back; the next step begins anew.</summary>
    void DropGradients();

    /// <summary>One step of AdamW along the gradients gathered, which are then zero.</summary>
    /// <param name="options">Moments, weight decay, clipping.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>The norm of the gradient before clipping.</returns>
    /// <exception cref="NotFiniteNumberException">The gradient is NaN or infinite; the weights are as before.</exception>
    double Step(AdamWOptions options, double learningRate);

    /// <summary>
    /// Keeps the embeddings and the lowest blocks as they are from now on: no gradient reaches them, weight decay leaves them,
    /// and the way back ends above them. A token head that is the table of embeddings (<see
    /// cref="TransformerShape.TiesHead"/>) stays with it. Gradients gathered so far are dropped. Clones and files do not keep it.
    /// </summary>
    /// <param name="blocks">How many blocks, at most the network's; 0 trains everything again.</param>
    /// <exception cref="NotSupportedException">The engine cannot, or the network is a module whose blocks are not known.</exception>
    void Freeze(int blocks);

    /// <summary>A copy of all parameters, by name.</summary>
    IReadOnlyList<NamedTensor> Weights();

    /// <summary>Sets parameters; those that are not named stay. Gradients and moments are left alone.</summary>
    /// <param name="weights">The parameters, of the names and dimensions of <see cref="Weights"/>.</param>
    /// <exception cref="ArgumentException">The network has no parameter of a name, or it has other dimensions; nothing has
    /// changed.</exception>
    void SetWeights(IEnumerable<NamedTensor> weights);

    /// <summary>Writes the weights as a safetensors file, whole or not at all.</summary>
    /// <remarks><see cref="ModelFolder.Save"/> writes a folder that transformers loads.</remarks>
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
    /// file and the field, and the network is as it was.</exception>
    void RestoreTraining(string path);
}
