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

/// <summary>A parameter and where element (row, column) of it lies in the buffer of all parameters.</summary>
internal sealed record StoredParameter(NetworkParameter Parameter, Func<int, int, long> Offset);

/// <summary>
/// Where every parameter of a network lies. In memory the rows of heads are padded to whole registers and the columns of
/// matrices to whole panels; padding is zero and stays zero, because its gradient is. Files hold no padding.
/// </summary>
internal sealed class NetworkLayout
{
    private readonly int _lanes, _numberBytes;
    private readonly List<Func<int, int, long>> _offsets = [];
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
        TokenEmbedding = Table(shape.Vocabulary);
        PositionEmbedding = Table(shape.Context);
        Blocks = new BlockLayout[shape.Layers];
        for (int layer = 0; layer < shape.Layers; layer++) Blocks[layer] = Block();
        FinalNorm = Norm();
        Outputs = heads.Sum(static head => head.Outputs);
        OutputStride = RowStride(Outputs);
        Head = Linear(shape.Width, Outputs);
        int at = 0;
        foreach (var (_, outputs) in heads)
        {
            int first = at;
            Place(Head, row => first + row, static column => column);
            at += outputs;
        }
        // The offsets were gathered in the order of the network, which is that of the names.
        Parameters = [.. NetworkParameter.Of(shape, heads).Zip(_offsets, static (parameter, offset) =>
            new StoredParameter(parameter, offset))];
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
    public IReadOnlyList<StoredParameter> Parameters { get; }

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

    private long Table(int rows)
    {
        int stride = RoundUp(Shape.Width, Panel);
        long at = Take((long)rows * stride);
        _decayed.Add((at, _length));
        _offsets.Add((row, column) => at + (long)row * stride + column);
        return at;
    }

    private BlockLayout Block()
    {
        int width = Shape.Width, headWidth = Shape.HeadWidth, feedForward = Shape.FeedForwardWidth;
        int Spread(int index) => index / headWidth * HeadStride + index % headWidth;
        var attentionNorm = Norm();
        LinearLayout query = Linear(width, AttentionWidth), keyValue = Linear(width, 2 * AttentionWidth);
        // One matrix in files, in the order query, key, value; two in memory, because the last block asks for few queries.
        Place(static column => column, row => row < width ? (query, Spread(row))
            : (keyValue, row < 2 * width ? Spread(row - width) : AttentionWidth + Spread(row - 2 * width)));
        var output = Linear(AttentionWidth, width);
        Place(output, static row => row, Spread);
        var feedForwardNorm = Norm();
        var up = Linear(width, feedForward);
        Place(up, static row => row, static column => column);
        var down = Linear(feedForward, width);
        Place(down, static row => row, static column => column);
        return new(attentionNorm, query, keyValue, output, feedForwardNorm, up, down);
    }

    private NormLayout Norm()
    {
        long gain = Take(RoundUp(Shape.Width, Panel)), bias = Take(RoundUp(Shape.Width, Panel));
        _offsets.Add((_, column) => gain + column);
        _offsets.Add((_, column) => bias + column);
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

    private void Place(LinearLayout linear, Func<int, int> output, Func<int, int> input) =>
        Place(input, row => (linear, output(row)));

    private void Place(Func<int, int> input, Func<int, (LinearLayout Linear, int Output)> output)
    {
        _offsets.Add((row, column) =>
        {
            var (linear, at) = output(row);
            return linear.Weight + (long)(at / Panel) * linear.Inputs * Panel + (long)input(column) * Panel + at % Panel;
        });
        _offsets.Add((_, row) =>
        {
            var (linear, at) = output(row);
            return linear.Bias + at;
        });
    }
}
