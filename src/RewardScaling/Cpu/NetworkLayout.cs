using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>One linear layer y = x W + b inside the buffer of all parameters.</summary>
/// <param name="Inputs">Rows of W in memory.</param>
/// <param name="Outputs">Columns of W in memory.</param>
/// <param name="Weight">Where W begins: panels of columns, each with its rows one after the other.</param>
/// <param name="Bias">Where b begins.</param>
/// <param name="Transposed">Where the transpose of W begins in the buffer of transposes.</param>
internal sealed record LinearLayout(int Inputs, int Outputs, long Weight, long Bias, long Transposed);

/// <summary>Gain and bias of a LayerNorm inside the buffer of all parameters.</summary>
internal sealed record NormLayout(long Gain, long Bias);

/// <summary>The parameters of one block.</summary>
internal sealed record BlockLayout(NormLayout AttentionNorm, LinearLayout Query, LinearLayout KeyValue, LinearLayout Output,
    NormLayout FeedForwardNorm, LinearLayout Up, LinearLayout Down);

/// <summary>What a parameter is, which decides its first value and whether weight decay touches it.</summary>
internal enum ParameterKind
{
    Embedding,
    Matrix,
    AttentionOutput,
    FeedForwardOutput,
    Head,
    ValueHead,
    Gain,
    Bias,
}

/// <summary>
/// A parameter as files and initialization see it: [outputs, inputs] for a matrix, as PyTorch's nn.Linear has it.
/// </summary>
/// <param name="Name">The name in files.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Rows">The first dimension (1 for a vector).</param>
/// <param name="Columns">The second dimension, or the length of a vector.</param>
/// <param name="Offset">Where element (row, column) lies in the buffer of all parameters.</param>
internal sealed record NamedParameter(string Name, ParameterKind Kind, int Rows, int Columns, Func<int, int, long> Offset)
{
    public bool IsVector => Kind is ParameterKind.Gain or ParameterKind.Bias;
}

/// <summary>
/// Where every parameter of a network lies. In memory the rows of heads are padded to whole registers and the columns of
/// matrices to whole panels; padding is zero and stays zero, because its gradient is. Files hold no padding.
/// </summary>
internal sealed class NetworkLayout
{
    private readonly int _lanes, _numberBytes;
    private readonly List<NamedParameter> _parameters = [];
    private readonly List<(long From, long To)> _decayed = [];
    private long _length, _transposed;

    /// <summary>A layout.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="heads">The heads side by side in the last matrix: name and number of outputs.</param>
    /// <param name="lanes">Numbers in a register.</param>
    /// <param name="numberBytes">Bytes of a number.</param>
    public NetworkLayout(TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads, int lanes, int numberBytes)
    {
        (Shape, _lanes, _numberBytes) = (shape, lanes, numberBytes);
        Panel = 2 * lanes;
        HeadStride = RoundUp(shape.HeadWidth, lanes);
        AttentionWidth = shape.Heads * HeadStride;
        (WidthStride, AttentionStride, KeyValueStride) =
            (RowStride(shape.Width), RowStride(AttentionWidth), RowStride(2 * AttentionWidth));
        FeedForwardStride = RowStride(shape.FeedForwardWidth);
        TokenEmbedding = Table("embedding.token.weight", shape.Vocabulary);
        PositionEmbedding = Table("embedding.position.weight", shape.Context);
        Blocks = new BlockLayout[shape.Layers];
        for (int layer = 0; layer < shape.Layers; layer++) Blocks[layer] = Block($"blocks.{layer}.");
        FinalNorm = Norm("norm");
        Outputs = heads.Sum(static head => head.Outputs);
        OutputStride = RowStride(Outputs);
        Head = Linear(shape.Width, Outputs);
        int at = 0;
        foreach (var (name, outputs) in heads)
        {
            int first = at;
            var kind = name == "value_head" ? ParameterKind.ValueHead : name == "reward_head" ? ParameterKind.Head
                : ParameterKind.Matrix;
            Name(name, kind, outputs, shape.Width, Head, row => first + row, static column => column);
            at += outputs;
        }
    }

    public TransformerShape Shape { get; }

    /// <summary>Columns of a panel of a matrix.</summary>
    public int Panel { get; }

    /// <summary>From head to head in a row of queries: the head width in whole registers.</summary>
    public int HeadStride { get; }

    /// <summary>All heads of a row of queries.</summary>
    public int AttentionWidth { get; }

    /// <summary>Columns of the last matrix.</summary>
    public int Outputs { get; }

    /// <summary>From row to row of activations of the residual width.</summary>
    public int WidthStride { get; }

    /// <summary>From row to row of queries.</summary>
    public int AttentionStride { get; }

    /// <summary>From row to row of keys and values, which lie side by side.</summary>
    public int KeyValueStride { get; }

    /// <summary>From row to row inside the feed-forward part.</summary>
    public int FeedForwardStride { get; }

    /// <summary>From row to row of outputs.</summary>
    public int OutputStride { get; }

    public long TokenEmbedding { get; }

    public long PositionEmbedding { get; }

    public BlockLayout[] Blocks { get; }

    public NormLayout FinalNorm { get; }

    public LinearLayout Head { get; }

    /// <summary>Numbers in the buffer of all parameters, padding included.</summary>
    public long Length => _length;

    /// <summary>Numbers in the buffer of transposed matrices.</summary>
    public long TransposedLength => _transposed;

    /// <summary>All parameters by name, in the order of the network.</summary>
    public IReadOnlyList<NamedParameter> Parameters => _parameters;

    /// <summary>The parts of the buffer that weight decay touches, in order, not overlapping.</summary>
    public IReadOnlyList<(long From, long To)> Decayed => _decayed;

    /// <summary>A count in whole registers.</summary>
    public int Whole(int count) => RoundUp(count, _lanes);

    /// <summary>
    /// From row to row of a matrix of activations: whole panels, and an odd number of cache lines, so that the rows of a column
    /// spread over all sets of the cache.
    /// </summary>
    public int RowStride(int columns)
    {
        int stride = RoundUp(columns, Panel), line = 64 / _numberBytes;
        return stride % line == 0 && stride / line % 2 == 0 && stride / line >= 4 ? stride + line : stride;
    }

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    private long Take(long count)
    {
        long at = _length;
        // Every parameter begins on a cache line of floats.
        _length += (count + 15) / 16 * 16;
        return at;
    }

    private long Table(string name, int rows)
    {
        int stride = RoundUp(Shape.Width, Panel);
        long at = Take((long)rows * stride);
        _decayed.Add((at, _length));
        _parameters.Add(new(name, ParameterKind.Embedding, rows, Shape.Width, (row, column) => at + (long)row * stride + column));
        return at;
    }

    private BlockLayout Block(string prefix)
    {
        int width = Shape.Width, headWidth = Shape.HeadWidth, feedForward = Shape.FeedForwardWidth;
        int Spread(int index) => index / headWidth * HeadStride + index % headWidth;
        var attentionNorm = Norm(prefix + "attention_norm");
        LinearLayout query = Linear(width, AttentionWidth), keyValue = Linear(width, 2 * AttentionWidth);
        // One matrix in files, in the order query, key, value; two in memory, because the last block asks for few queries.
        Name(prefix + "attention.query_key_value", ParameterKind.Matrix, 3 * width, width, static column => column,
            row => row < width ? (query, Spread(row))
            : (keyValue, row < 2 * width ? Spread(row - width) : AttentionWidth + Spread(row - 2 * width)));
        var output = Linear(AttentionWidth, width);
        Name(prefix + "attention.output", ParameterKind.AttentionOutput, width, width, output, static row => row, Spread);
        var feedForwardNorm = Norm(prefix + "feed_forward_norm");
        var up = Linear(width, feedForward);
        Name(prefix + "feed_forward.up", ParameterKind.Matrix, feedForward, width, up, static row => row,
            static column => column);
        var down = Linear(feedForward, width);
        Name(prefix + "feed_forward.down", ParameterKind.FeedForwardOutput, width, feedForward, down, static row => row,
            static column => column);
        return new(attentionNorm, query, keyValue, output, feedForwardNorm, up, down);
    }

    private NormLayout Norm(string name)
    {
        long gain = Take(RoundUp(Shape.Width, Panel)), bias = Take(RoundUp(Shape.Width, Panel));
        _parameters.Add(new(name + ".weight", ParameterKind.Gain, 1, Shape.Width, (_, column) => gain + column));
        _parameters.Add(new(name + ".bias", ParameterKind.Bias, 1, Shape.Width, (_, column) => bias + column));
        return new(gain, bias);
    }

    private LinearLayout Linear(int inputs, int outputs)
    {
        long weight = Take((long)inputs * RoundUp(outputs, Panel)), end = _length, bias = Take(RoundUp(outputs, Panel)),
            transposed = _transposed;
        _decayed.Add((weight, end));
        _transposed += ((long)outputs * RoundUp(inputs, Panel) + 15) / 16 * 16;
        return new(inputs, outputs, weight, bias, transposed);
    }

    private void Name(string name, ParameterKind kind, int rows, int columns, LinearLayout linear, Func<int, int> output,
        Func<int, int> input) =>
        Name(name, kind, rows, columns, input, row => (linear, output(row)));

    private void Name(string name, ParameterKind kind, int rows, int columns, Func<int, int> input, Func<int,
        (LinearLayout Linear, int Output)> output)
    {
        _parameters.Add(new(name + ".weight", kind, rows, columns, (row, column) =>
        {
            var (linear, at) = output(row);
            return linear.Weight + (long)(at / Panel) * linear.Inputs * Panel + (long)input(column) * Panel + at % Panel;
        }));
        _parameters.Add(new(name + ".bias", ParameterKind.Bias, 1, rows, (_, row) =>
        {
            var (linear, at) = output(row);
            return linear.Bias + at;
        }));
    }
}
