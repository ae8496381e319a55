using RewardScaling.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace RewardScaling.TorchSharp;

/// <summary>The transformer of <see cref="TransformerShape"/>, part by part that of the CPU engine.</summary>
internal sealed class Transformer : TokenNetwork
{
    private readonly TransformerWeights _weights;
    private readonly IReadOnlyList<(string Name, int Outputs)> _heads;
    private readonly Dictionary<string, int> _places, _blockPlaces = new(StringComparer.Ordinal);
    private readonly long[] _width;
    private readonly int _blockParameters;

    /// <summary>A network whose parameters are zero.</summary>
    public Transformer(TorchEngine engine, TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads)
        : base(engine, shape)
    {
        (_heads, _width) = (heads, [shape.Width]);
        var type = engine.Options.Precision == TorchPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var parameters = NetworkParameter.Of(shape, heads);
        _weights = new(parameters, engine.Device, type, engine.IsNarrow);
        _places = parameters.Index().ToDictionary(static at => at.Item.Name, static at => at.Index, StringComparer.Ordinal);
        Embeddings = shape.Rotary is null ? 2 : 1;
        // All blocks have the same parameters in the same order.
        const string FirstBlock = "blocks.0.";
        foreach (var (index, parameter) in parameters.Index())
        {
            if (parameter.Name.StartsWith(FirstBlock, StringComparison.Ordinal))
                _blockPlaces[parameter.Name[FirstBlock.Length..]] = index - Embeddings;
        }
        _blockParameters = _blockPlaces.Count;
        Rotation = shape.Rotary is { } rotary ? new(rotary, engine.Device) : null;
    }

    public override TransformerWeights Weights => _weights;

    public override bool NeedsEqualLengths => false;

    /// <summary>Parameters before the first block: the tables.</summary>
    public int Embeddings { get; }

    /// <summary>How queries and keys turn with their positions; null where positions are embeddings.</summary>
    public Rotation? Rotation { get; }

    /// <summary>Whether the token head is the table of token embeddings.</summary>
    public bool IsTied => Shape.TiesHead && !_places.ContainsKey("head.weight") && _heads.Any(static head => head.Name == "head");

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
    public (int First, int Count) ParametersOf(int block) => (First(block), _blockParameters);

    /// <summary>The parameters of the last normalisation and the heads.</summary>
    public (int First, int Count) HeadParameters => (First(Shape.Layers), _places.Count - First(Shape.Layers));

    /// <summary>The residual stream before the first block, [sequences, length, width].</summary>
    public Tensor Start(Tensor[] w, PaddedBatch batch) => Shape.Rotary is null
        ? Embed(batch.Tokens, w[0]).add_(w[1].narrow(0, 0, batch.Length)) : Embed(batch.Tokens, w[0]);

    /// <summary>One block; of the last one's rows only those asked for.</summary>
    public Tensor Block(Tensor[] w, int block, Tensor x, PaddedBatch batch)
    {
        using var scope = NewDisposeScope();
        var select = block == Shape.Layers - 1 ? batch : null;
        var attended = Attend(w, block, x, select is { EndsTogether: true });
        if (select is not null)
        {
            attended = select.EndsTogether ? attended.view(-1, attended.shape[^1]) : select.Select(attended);
            x = select.Select(x);
        }
        return FeedForward(w, block, x, attended).MoveToOuterDisposeScope();
    }

    /// <summary>Rows of a table: indices [n, m] to [n, m, width].</summary>
    public static Tensor Embed(Tensor indices, Tensor table) =>
        table.index_select(0, indices.view(-1)).view(indices.shape[0], indices.shape[1], -1);

    /// <summary>
    /// Queries [sequences, heads, length, head width], keys and values [sequences, key heads, length, head width] of a block.
    /// </summary>
    /// <param name="w">The parameters.</param>
    /// <param name="block">The block.</param>
    /// <param name="x">The residual stream.</param>
    /// <param name="turn">What turns queries and keys by their positions.</param>
    public (Tensor Query, Tensor Key, Tensor Value) Project(Tensor[] w, int block, Tensor x, Func<Tensor, Tensor> turn)
    {
        long sequences = x.shape[0], length = x.shape[1];
        int heads = Shape.Heads, shared = Shape.KeyValueHeads;
        var all = Linear(w, block, "attention.query_key_value", Norm(w, block, "attention_norm", x))
            .view(sequences, length, heads + 2 * shared, Shape.HeadWidth).transpose(1, 2);
        Tensor query = all.narrow(1, 0, heads), key = all.narrow(1, heads, shared), value = all.narrow(1, heads + shared, shared);
        if (Shape.NormalizesQueriesAndKeys)
        {
            query = RootMeanSquare(query, w[Place(block, "attention.query_norm.weight")]);
            key = RootMeanSquare(key, w[Place(block, "attention.key_norm.weight")]);
        }
        return (turn(query), turn(key), value);
    }

    /// <summary>What follows attention: its output matrix, both residual sums and the feed-forward part.</summary>
    /// <param name="w">The parameters.</param>
    /// <param name="block">The block.</param>
    /// <param name="x">The residual stream, [..., width].</param>
    /// <param name="attended">What attention read, [..., heads x head width].</param>
    public Tensor FeedForward(Tensor[] w, int block, Tensor x, Tensor attended)
    {
        using var scope = NewDisposeScope();
        var middle = Linear(w, block, "attention.output", attended).add_(x);
        var normed = Norm(w, block, "feed_forward_norm", Shape.IsParallel ? x : middle);
        var hidden = Linear(w, block, "feed_forward.up", normed);
        hidden = Shape.IsGated ? Activate(Linear(w, block, "feed_forward.gate", normed)).mul(hidden) : Activate(hidden);
        return Linear(w, block, "feed_forward.down", hidden).add_(middle).MoveToOuterDisposeScope();
    }

    /// <summary>The last normalisation and the heads, [rows, width] to [rows, outputs] each, in float32.</summary>
    public Tensor[] Outputs(Tensor[] w, Tensor x)
    {
        int at = First(Shape.Layers);
        var normed = Shape.Normalization.Kind == NormalizationKind.RootMeanSquare ? RootMeanSquare(x, w[at])
            : layer_norm(x, _width, w[at], w[at + 1], Shape.Normalization.Epsilon);
        var outputs = new Tensor[_heads.Count];
        for (int head = 0; head < outputs.Length; head++)
        {
            string name = _heads[head].Name;
            var weight = w[_places.TryGetValue(name + ".weight", out int place) ? place : 0];
            var bias = _places.TryGetValue(name + ".bias", out place) ? w[place] : null;
            outputs[head] = linear(normed, weight, bias).to(ScalarType.Float32);
        }
        return outputs;
    }

    /// <summary>Keys or values as often as queries share them: [.., key heads, ..] to [.., heads, ..].</summary>
    public Tensor Repeat(Tensor shared) =>
        Shape.KeyValueHeads == Shape.Heads ? shared : shared.repeat_interleave(Shape.Heads / Shape.KeyValueHeads, 1);

    protected override void Release() => Rotation?.Dispose();

    private Tensor Attend(Tensor[] w, int block, Tensor x, bool lastOnly)
    {
        using var scope = NewDisposeScope();
        int length = (int)x.shape[1];
        var (query, key, value) = Project(w, block, x, all => Rotation is null ? all : Rotation.Turn(all, 0, length));
        if (lastOnly) query = query.narrow(2, length - 1, 1);
        var attended = scaled_dot_product_attention(query, Repeat(key), Repeat(value), is_casual: !lastOnly);
        return attended.transpose(1, 2).reshape(x.shape[0], -1, Shape.Heads * Shape.HeadWidth).MoveToOuterDisposeScope();
    }

    private Tensor Norm(Tensor[] w, int block, string name, Tensor x)
    {
        var gain = w[Place(block, name + ".weight")];
        return Shape.Normalization.Kind == NormalizationKind.RootMeanSquare ? RootMeanSquare(x, gain)
            : layer_norm(x, _width, gain, w[Place(block, name + ".bias")], Shape.Normalization.Epsilon);
    }

    // The squares in float32, whatever the network is computed in.
    private Tensor RootMeanSquare(Tensor x, Tensor gain)
    {
        var wide = x.to(ScalarType.Float32);
        var scale = wide.square().mean([-1], keepdim: true).add(Shape.Normalization.Epsilon).rsqrt();
        return wide.mul(scale).to(x.dtype).mul(gain);
    }

    private Tensor Linear(Tensor[] w, int block, string name, Tensor x) => linear(x, w[Place(block, name + ".weight")],
        _blockPlaces.ContainsKey(name + ".bias") ? w[Place(block, name + ".bias")] : null);

    private Tensor Activate(Tensor x)
    {
        switch (Shape.Activation)
        {
            case Activation.Gelu:
                return gelu(x, inplace: !is_grad_enabled());
            case Activation.Silu:
                return silu(x);
            default:
                // (1 + tanh u) / 2 = σ(2u).
                double root = 2 * Math.Sqrt(2 / Math.PI);
                return x.mul(x.square().mul(root * 0.044715).add(root).mul(x).sigmoid());
        }
    }

    private int Place(int block, string name) => First(block) + _blockPlaces[name];

    private int First(int block) => Embeddings + _blockParameters * block;
}
