using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>One linear layer y = x W + b inside the buffer of all parameters.</summary>
/// <param name="Inputs">Rows of W in memory.</param>
/// <param name="Outputs">Columns of W in memory.</param>
/// <param name="Weight">Where W begins: panels of columns, each with its rows one after the other.</param>
/// <param name="Bias">Where b begins.</param>
/// <param name="FirstBias">The first output that has a bias; that of the others is zero and stays zero.</param>
/// <param name="Transposed">Where the transpose of W begins in the buffer of transposes.</param>
internal sealed record LinearLayout(int Inputs, int Outputs, long Weight, long Bias, int FirstBias, long Transposed);

/// <summary>Gain and bias of a normalisation inside the buffer of all parameters; one without a bias reads none.</summary>
internal sealed record NormLayout(long Gain, long Bias);

/// <summary>The parameters of one block; null for parts the network does not have.</summary>
internal sealed record BlockLayout(NormLayout AttentionNorm, LinearLayout Query, LinearLayout KeyValue, NormLayout? QueryNorm,
    NormLayout? KeyNorm, LinearLayout Output, NormLayout FeedForwardNorm, LinearLayout? Gate, LinearLayout Up, LinearLayout Down)
{
    /// <summary>Where the block begins in the buffer of all parameters.</summary>
    public long Begin => AttentionNorm.Gain;
}

/// <summary>A parameter and where element (row, column) of it lies in the buffer of all parameters.</summary>
internal sealed record StoredParameter(NetworkParameter Parameter, Func<int, int, long> Offset);

/// <summary>
/// Where every parameter of a network lies. In memory the rows of heads are padded to whole registers and the columns of
/// matrices to whole panels; padding is zero and stays zero, because its gradient is. Files hold no padding.
/// </summary>
internal sealed class NetworkLayout
{
    private const long LargestCached = 32 << 20;

    private readonly int _lanes, _numberBytes;
    private readonly List<Func<int, int, long>> _offsets = [];
    private readonly List<(long From, long To)> _decayed = [];
    private long _length, _narrowLength, _transposed;

    /// <summary>A layout.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="heads">The heads side by side in the last matrix: name and number of outputs.</param>
    /// <param name="lanes">Numbers in a register.</param>
    /// <param name="numberBytes">Bytes of a number.</param>
    /// <param name="isNarrow">Whether matrices and tables lie in a buffer of their own, of bfloat16.</param>
    public NetworkLayout(TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads, int lanes, int numberBytes,
        bool isNarrow = false)
    {
        (Shape, _lanes, _numberBytes, IsNarrow) = (shape, lanes, numberBytes, isNarrow);
        Panel = 2 * lanes;
        HeadStride = RoundUp(shape.HeadWidth, lanes);
        AttentionWidth = shape.Heads * HeadStride;
        KeyWidth = shape.KeyValueHeads * HeadStride;
        (WidthStride, AttentionStride, KeyValueStride) =
            (RowStride(shape.Width), RowStride(AttentionWidth), RowStride(2 * KeyWidth));
        FeedForwardStride = RowStride(shape.FeedForwardWidth);
        IsTied = NetworkParameter.IsTied(shape, heads);
        if (IsTied) _offsets.Add((row, column) => WeightAt(Head!, row, column));
        else TokenEmbedding = Table(shape.Vocabulary);
        if (shape.Rotary is null) PositionEmbedding = Table(shape.Context);
        Blocks = new BlockLayout[shape.Layers];
        for (int layer = 0; layer < shape.Layers; layer++) Blocks[layer] = Block();
        FinalNorm = Norm(shape.Width, HasNormBias);
        Outputs = heads.Sum(static head => head.Outputs);
        OutputStride = RowStride(Outputs);
        // Where the token head has no bias, the value, which comes last, still has one.
        Head = Linear(shape.Width, Outputs, heads.TakeWhile(head => !NetworkParameter.HasBias(shape,
            head.Name)).Sum(static head => head.Outputs));
        int at = 0;
        foreach (var (name, outputs) in heads)
        {
            int first = at;
            if (!IsTied || name != NetworkParameter.TokenHead)
                Place(Head, row => first + row, static column => column, NetworkParameter.HasBias(shape, name));
            at += outputs;
        }
        // A copy of the table row by row, which the optimizer does not see.
        if (IsTied) TokenEmbedding = _length;
        MirrorLength = IsTied && !isNarrow ? (long)shape.Vocabulary * RoundUp(shape.Width, Panel) : 0;
        // The offsets were gathered in the order of the network, which is that of the names.
        Parameters = [.. NetworkParameter.Of(shape, heads).Zip(_offsets, static (parameter, offset) =>
            new StoredParameter(parameter, offset))];
    }

    public TransformerShape Shape { get; }

    /// <summary>Whether matrices and tables lie in a buffer of bfloat16, and only vectors among the parameters.</summary>
    public bool IsNarrow { get; }

    /// <summary>Numbers in the buffer of bfloat16.</summary>
    public long NarrowLength => _narrowLength;

    /// <summary>Columns of a panel of a matrix.</summary>
    public int Panel { get; }

    /// <summary>From head to head in a row of queries: the head width in whole registers.</summary>
    public int HeadStride { get; }

    /// <summary>All heads of a row of queries.</summary>
    public int AttentionWidth { get; }

    /// <summary>All heads of a row of keys, and of a row of values.</summary>
    public int KeyWidth { get; }

    /// <summary>Whether the token head is the table of token embeddings.</summary>
    public bool IsTied { get; }

    /// <summary>
    /// Numbers behind the parameters: the table of token embeddings again, row by row, where the head is the table.
    /// </summary>
    public long MirrorLength { get; }

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

    /// <summary>Whether the parameters are more than a processor's caches hold.</summary>
    public bool IsLarge => _length * _numberBytes + _narrowLength * sizeof(ushort) > LargestCached;

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

    private long Take(long count, bool isMatrix = false)
    {
        ref long length = ref isMatrix && IsNarrow ? ref _narrowLength : ref _length;
        long at = length;
        // Every parameter begins on a cache line of floats.
        length += (count + 15) / 16 * 16;
        if (isMatrix && !IsNarrow) _decayed.Add((at, length));
        return at;
    }

    private long Table(int rows)
    {
        int stride = RoundUp(Shape.Width, Panel);
        long at = Take((long)rows * stride, isMatrix: true);
        _offsets.Add((row, column) => at + (long)row * stride + column);
        return at;
    }

    private BlockLayout Block()
    {
        int width = Shape.Width, headWidth = Shape.HeadWidth, feedForward = Shape.FeedForwardWidth;
        int queries = Shape.Heads * headWidth, keys = Shape.KeyValueHeads * headWidth;
        int Spread(int index) => index / headWidth * HeadStride + index % headWidth;
        var biases = Shape.Biases;
        var attentionNorm = Norm(width, HasNormBias);
        LinearLayout query = Linear(width, AttentionWidth, biases.QueryKeyValue),
            keyValue = Linear(width, 2 * KeyWidth, biases.QueryKeyValue);
        // One matrix in files, in the order query, key, value; two in memory, because the last block asks for few queries.
        Place(static column => column, row => row < queries ? (query, Spread(row))
            : (keyValue, row < queries + keys ? Spread(row - queries) : KeyWidth + Spread(row - queries - keys)),
                biases.QueryKeyValue);
        var queryNorm = Shape.NormalizesQueriesAndKeys ? Norm(headWidth, hasBias: false) : null;
        var keyNorm = Shape.NormalizesQueriesAndKeys ? Norm(headWidth, hasBias: false) : null;
        var output = Linear(AttentionWidth, width, biases.AttentionOutput);
        Place(output, static row => row, Spread, biases.AttentionOutput);
        var feedForwardNorm = Norm(width, HasNormBias);
        LinearLayout Plain(int inputs, int outputs)
        {
            var linear = Linear(inputs, outputs, biases.FeedForward);
            Place(linear, static row => row, static column => column, biases.FeedForward);
            return linear;
        }
        var gate = Shape.IsGated ? Plain(width, feedForward) : null;
        return new(attentionNorm, query, keyValue, queryNorm, keyNorm, output, feedForwardNorm, gate, Plain(width, feedForward),
            Plain(feedForward, width));
    }

    private bool HasNormBias => Shape.Normalization.Kind == NormalizationKind.LayerNorm;

    private NormLayout Norm(int width, bool hasBias)
    {
        long gain = Take(RoundUp(width, Panel)), bias = hasBias ? Take(RoundUp(width, Panel)) : gain;
        _offsets.Add((_, column) => gain + column);
        if (hasBias) _offsets.Add((_, column) => bias + column);
        return new(gain, bias);
    }

    private LinearLayout Linear(int inputs, int outputs, bool hasBias) => Linear(inputs, outputs, hasBias ? 0 : outputs);

    private LinearLayout Linear(int inputs, int outputs, int firstBias)
    {
        long weight = Take((long)inputs * RoundUp(outputs, Panel), isMatrix: true), bias = Take(RoundUp(outputs, Panel)),
            transposed = _transposed;
        _transposed += ((long)outputs * RoundUp(inputs, Panel) + 15) / 16 * 16;
        return new(inputs, outputs, weight, bias, firstBias, transposed);
    }

    private void Place(LinearLayout linear, Func<int, int> output, Func<int, int> input, bool hasBias) =>
        Place(input, row => (linear, output(row)), hasBias);

    private void Place(Func<int, int> input, Func<int, (LinearLayout Linear, int Output)> output, bool hasBias)
    {
        _offsets.Add((row, column) =>
        {
            var (linear, at) = output(row);
            return WeightAt(linear, at, input(column));
        });
        if (!hasBias) return;
        _offsets.Add((_, row) =>
        {
            var (linear, at) = output(row);
            return linear.Bias + at;
        });
    }

    private long WeightAt(LinearLayout linear, int output, int input) =>
        linear.Weight + (long)(output / Panel) * linear.Inputs * Panel + (long)input * Panel + output % Panel;
}
