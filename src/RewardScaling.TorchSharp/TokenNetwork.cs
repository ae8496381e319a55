using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>What reads tokens and gives numbers: the transformer here, or a module from outside.</summary>
internal abstract class TokenNetwork(TorchEngine engine, TransformerShape shape) : IDisposable
{
    public TransformerShape Shape => shape;

    public TorchEngine Engine => engine;

    /// <summary>The parameters and what trains them.</summary>
    public abstract TorchWeights Weights { get; }

    /// <summary>Whether sequences worked on together must have one length, because padding might change a result.</summary>
    public abstract bool NeedsEqualLengths { get; }

    /// <summary>The kind of network in files, where the transformer's is given.</summary>
    public virtual string Kind(string transformer) => transformer;

    /// <summary>The outputs at the rows asked for: one tensor [selected, outputs] for each head, in float32.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="graph">Whether the parameters are to be differentiated by.</param>
    public abstract Tensor[] Heads(PaddedBatch batch, bool graph);

    /// <summary>
    /// The gradients by all parameters of some function of the outputs; null by one that it does not depend on.
    /// </summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="read">The function, [width, items].</param>
    /// <param name="slopes">The derivatives of the loss by the function's values.</param>
    public virtual IReadOnlyList<Tensor?> Gradients(PaddedBatch batch, Func<Tensor[], PaddedBatch, Tensor> read, Tensor slopes) =>
        Differentiate(read(Heads(batch, graph: true), batch), slopes);

    /// <summary>The gradients by all parameters from a graph that is there.</summary>
    public IReadOnlyList<Tensor?> Differentiate(Tensor outputs, Tensor slopes)
    {
        int kept = Weights.TrainedFrom;
        return [.. Enumerable.Repeat<Tensor?>(null, kept),
            .. autograd.grad([outputs], [.. Weights.Leaves.Skip(kept)], [slopes], allow_unused: true)];
    }

    /// <summary>Begins to continue sequences token by token.</summary>
    /// <param name="sequences">How many.</param>
    /// <param name="padding">How many of the first tokens of each are padding; null for none.</param>
    /// <param name="length">Tokens there will be in all.</param>
    public abstract IDecoder Decode(int sequences, int[]? padding, int length);

    /// <summary>A network of the same kind with the same weights.</summary>
    public abstract TokenNetwork Clone();

    public void Dispose()
    {
        Weights.Dispose();
        Release();
    }

    /// <summary>Frees what else there is.</summary>
    protected virtual void Release()
    {
    }
}

/// <summary>Sequences that grow together.</summary>
internal interface IDecoder : IDisposable
{
    /// <summary>
    /// Reads tokens, [sequences, any number], and gives the outputs after the last: one [sequences, outputs] a head.
    /// </summary>
    Tensor[] Next(Tensor tokens);
}
