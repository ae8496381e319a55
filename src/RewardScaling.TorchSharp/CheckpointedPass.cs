using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>
/// Gradients of a transformer that keep the input of each block only and compute the rest again, block by block, on the way back
/// (Chen et al. 2016, arXiv:1604.06174).
/// </summary>
internal sealed class CheckpointedPass(Transformer network, PaddedBatch batch)
{
    private readonly Tensor?[] _gradients = new Tensor?[network.Weights.Leaves.Count];

    /// <summary>The gradients by all parameters of some function of the outputs.</summary>
    /// <param name="read">The function.</param>
    /// <param name="slopes">The derivatives of the loss by the function's values.</param>
    public IReadOnlyList<Tensor?> Run(Func<Tensor[], PaddedBatch, Tensor> read, Tensor slopes)
    {
        int layers = network.Shape.Layers;
        var inputs = new Tensor[layers + 1];
        using (no_grad())
        {
            var w = network.Weights.Use(graph: false);
            inputs[0] = Transformer.Start(w, batch);
            for (int block = 0; block < layers; block++) inputs[block + 1] = network.Block(w, block, inputs[block], batch);
        }
        using var mode = enable_grad();
        var (first, count) = network.HeadParameters;
        slopes = Back(inputs[layers], first, count, slopes, (w, x) => read(network.Outputs(w, x), batch))!;
        for (int block = layers - 1; block >= 0; block--)
        {
            (first, count) = Transformer.ParametersOf(block);
            int number = block;
            slopes = Back(inputs[block], first, count, slopes, (w, x) => network.Block(w, number, x, batch))!;
            inputs[block].Dispose();
        }
        Back(null, 0, Transformer.Embeddings, slopes, (w, _) => Transformer.Start(w, batch));
        return _gradients;
    }

    // One stage again, with a graph; the gradient by its input goes on to the stage before.
    private Tensor? Back(Tensor? input, int first, int count, Tensor slopes, Func<Tensor[], Tensor, Tensor> stage)
    {
        using var scope = NewDisposeScope();
        var x = input?.detach().requires_grad_(true);
        List<Tensor> by = [.. network.Weights.Leaves.Skip(first).Take(count)];
        if (x is not null) by.Insert(0, x);
        var output = stage(network.Weights.Use(graph: true, first, count), x!);
        var found = autograd.grad([output], by, [slopes], allow_unused: true);
        int inputs = by.Count - count;
        for (int i = 0; i < count; i++) _gradients[first + i] = found[inputs + i]?.MoveToOuterDisposeScope();
        return x is null ? null : found[0].MoveToOuterDisposeScope();
    }
}
