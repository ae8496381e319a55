using RewardScaling.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace RewardScaling.TorchSharp;

/// <summary>The transformer of <see cref="TransformerShape"/>, parameter by parameter that of the CPU engine.</summary>
internal sealed class Transformer : TokenNetwork
{
    /// <summary>Parameters of a block, in the order of <see cref="NetworkParameter.Of"/>.</summary>
    private const int BlockParameters = 12;

    /// <summary>Parameters before the first block: the two tables.</summary>
    public const int Embeddings = 2;

    private readonly TransformerWeights _weights;
    private readonly IReadOnlyList<(string Name, int Outputs)> _heads;
    private readonly long[] _width;

    /// <summary>A network whose parameters are zero.</summary>
    public Transformer(TorchEngine engine, TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads)
        : base(engine, shape)
    {
        (_heads, _width) = (heads, [shape.Width]);
        var type = engine.Options.Precision == TorchPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        _weights = new(NetworkParameter.Of(shape, heads), engine.Device, type);
    }

    public override TransformerWeights Weights => _weights;

    public override bool NeedsEqualLengths => false;

    public override Tensor[] Heads(PaddedBatch batch, bool graph)
    {
        var w = _weights.Use(graph);
        using var scope = NewDisposeScope();
        var x = Start(w, batch);
        for (int block = 0; block < Shape.Layers; block++)
        {
            var next = Block(w, block, x, batch);
            x.Dispose();
            x = next;
        }
        return Array.ConvertAll(Outputs(w, x), static output => output.MoveToOuterDisposeScope());
    }

    public override IReadOnlyList<Tensor?> Gradients(PaddedBatch batch, Func<Tensor[], PaddedBatch, Tensor> read,
        Tensor slopes) =>
        Engine.Options.Checkpointing ? new CheckpointedPass(this, batch).Run(read, slopes) : base.Gradients(batch, read, slopes);

    public override IDecoder Decode(int sequences, int[]? padding, int length) =>
        new TransformerDecoder(this, sequences, padding, length);

    public override TokenNetwork Clone()
    {
        var clone = new Transformer(Engine, Shape, _heads);
        clone._weights.CopyFrom(_weights);
        return clone;
    }

    /// <summary>The parameters of a block: the first and how many.</summary>
    public static (int First, int Count) ParametersOf(int block) => (First(block), BlockParameters);

    /// <summary>The parameters of the last LayerNorm and the heads.</summary>
    public (int First, int Count) HeadParameters => (First(Shape.Layers), 2 + 2 * _heads.Count);

    /// <summary>The sum of the embeddings, [sequences, length, width].</summary>
    public static Tensor Start(Tensor[] w, PaddedBatch batch) => Embed(batch.Tokens, w[0]).add_(w[1].narrow(0, 0, batch.Length));

    /// <summary>One block; of the last one's rows only those asked for.</summary>
    public Tensor Block(Tensor[] w, int block, Tensor x, PaddedBatch batch)
    {
        using var scope = NewDisposeScope();
        var select = block == Shape.Layers - 1 ? batch : null;
        var attended = Attend(w, block, x, select is { EndsTogether: true });
        if (select is not null)
        {
            attended = select.EndsTogether ? attended.view(-1, Shape.Width) : select.Select(attended);
            x = select.Select(x);
        }
        return FeedForward(w, block, x, attended).MoveToOuterDisposeScope();
    }

    /// <summary>Rows of a table: indices [n, m] to [n, m, width].</summary>
    public static Tensor Embed(Tensor indices, Tensor table) =>
        table.index_select(0, indices.view(-1)).view(indices.shape[0], indices.shape[1], -1);

    /// <summary>Queries, keys and values of a block: three of [sequences, heads, length, head width].</summary>
    public Tensor[] Project(Tensor[] w, int block, Tensor x)
    {
        long sequences = x.shape[0], length = x.shape[1];
        int at = First(block);
        return linear(layer_norm(x, _width, w[at], w[at + 1]), w[at + 2], w[at + 3])
            .view(sequences, length, 3, Shape.Heads, Shape.HeadWidth).permute(2, 0, 3, 1, 4).unbind(0);
    }

    /// <summary>What follows attention: its output matrix, both residual sums and the feed-forward part.</summary>
    /// <param name="w">The parameters.</param>
    /// <param name="block">The block.</param>
    /// <param name="x">The residual stream, [..., width].</param>
    /// <param name="attended">What attention read, of the same shape.</param>
    public Tensor FeedForward(Tensor[] w, int block, Tensor x, Tensor attended)
    {
        using var scope = NewDisposeScope();
        int at = First(block);
        var middle = linear(attended, w[at + 4], w[at + 5]).add_(x);
        var hidden = linear(layer_norm(middle, _width, w[at + 6], w[at + 7]), w[at + 8], w[at + 9]);
        hidden = gelu(hidden, inplace: !is_grad_enabled());
        return linear(hidden, w[at + 10], w[at + 11]).add_(middle).MoveToOuterDisposeScope();
    }

    /// <summary>The last LayerNorm and the heads, [rows, width] to [rows, outputs] each, in float32.</summary>
    public Tensor[] Outputs(Tensor[] w, Tensor x)
    {
        int at = First(Shape.Layers);
        var normed = layer_norm(x, _width, w[at], w[at + 1]);
        var outputs = new Tensor[_heads.Count];
        for (int head = 0; head < outputs.Length; head++)
            outputs[head] = linear(normed, w[at + 2 + 2 * head], w[at + 3 + 2 * head]).to(ScalarType.Float32);
        return outputs;
    }

    private Tensor Attend(Tensor[] w, int block, Tensor x, bool lastOnly)
    {
        using var scope = NewDisposeScope();
        var parts = Project(w, block, x);
        var (query, key, value) = (parts[0], parts[1], parts[2]);
        if (lastOnly) query = query.narrow(2, query.shape[2] - 1, 1);
        var attended = scaled_dot_product_attention(query, key, value, is_casual: !lastOnly);
        return attended.transpose(1, 2).reshape(x.shape[0], -1, Shape.Width).MoveToOuterDisposeScope();
    }

    private static int First(int block) => Embeddings + BlockParameters * block;
}
