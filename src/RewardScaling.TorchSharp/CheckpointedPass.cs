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
            inputs[0] = network.Start(w, batch);
            for (int block = 0; block < layers; block++) inputs[block + 1] = network.Block(w, block, inputs[block], batch);
        }
        using var mode = enable_grad();
        var (first, count) = network.HeadParameters;
        // Where the head is the table, gradients come to the table twice.
        int kept = network.Weights.TrainedFrom;
        int[] heads = network.IsTied && kept == 0 ? [.. Enumerable.Range(first, count), 0] : [.. Enumerable.Range(first, count)];
        slopes = Back(inputs[layers], heads, slopes, (w, x) => read(network.Outputs(w, x), batch))!;
        for (int block = layers - 1; block >= 0; block--)
        {
            (first, count) = network.ParametersOf(block);
            if (first < kept) return _gradients;
            int number = block;
            slopes = Back(inputs[block], [.. Enumerable.Range(first, count)], slopes, (w, x) =>
                network.Block(w, number, x, batch))!;
            inputs[block].Dispose();
        }
        if (kept > 0) return _gradients;
        Back(null, [.. Enumerable.Range(0, network.Embeddings)], slopes, (w, _) => network.Start(w, batch));
        return _gradients;
    }

    // One stage again, with a graph; the gradient by its input goes on to the stage before.
    private Tensor? Back(Tensor? input, int[] parameters, Tensor slopes, Func<Tensor[], Tensor, Tensor> stage)
    {
        using var scope = NewDisposeScope();
        var x = input?.detach().requires_grad_(true);
        List<Tensor> by = [.. parameters.Select(parameter => network.Weights.Leaves[parameter])];
        if (x is not null) by.Insert(0, x);
        var output = stage(network.Weights.Use(parameters), x!);
        var found = autograd.grad([output], by, [slopes], allow_unused: true);
        int inputs = by.Count - parameters.Length;
        for (int i = 0; i < parameters.Length; i++)
        {
            ref var gradient = ref _gradients[parameters[i]];
            if (found[inputs + i] is { } more) gradient = (gradient is null ? more
                : gradient.add(more)).MoveToOuterDisposeScope();
        }
        return x is null ? null : found[0].MoveToOuterDisposeScope();
    }
}
