using System.Numerics;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>
/// A network from ∂loss/∂outputs to gradients. The batch goes through in waves of some rows, so that the gradients of activations
/// are still in the cache when they are read. Block by block from the top: the gradients of activations chunk by chunk, then
/// those of parameters, where each thread takes some of the parameters and sums over the rows in their order.
/// </summary>
internal sealed unsafe class BackwardPass<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Size of a piece of a matrix gradient: panels and rows whose terms fit the second-level cache.</summary>
    public const int PiecePanels = 4, PieceRows = 264;

    /// <summary>
    /// Rows of a wave: at least this many for each unit of width, and so many chunks for each worker that none waits long.
    /// </summary>
    private const int WaveRowsPerWidth = 4, WaveChunks = 2;

    private readonly Weights<T, TLanes> _weights;
    private readonly NetworkLayout _layout;
    private readonly WorkerPool _pool;
    private readonly NativeBuffer<T>[] _scratch;
    private readonly NativeBuffer<T> _buffer = new();
    private readonly Piece[] _headPieces, _blockPieces;
    private readonly Action<int, int> _headChunk, _blockChunk, _headPiece, _blockPiece, _embedPiece;
    private T* _above, _below, _hidden, _gate, _middleNormed, _middle, _attended, _query, _keyValue, _normed, _selected,
        _headQuery, _headKey;
    private BatchPlan _plan = null!;
    private Tape<T> _tape = null!;
    private int _block, _firstChunk, _chunks, _rowBase, _selectedBase;

    /// <summary>The gradients of a network.</summary>
    public BackwardPass(Weights<T, TLanes> weights, NativeBuffer<T>[] scratch)
    {
        (_weights, _layout, _pool, _scratch) = (weights, weights.Layout, weights.Pool, scratch);
        int width = _layout.Shape.Width, feedForward = _layout.Shape.FeedForwardWidth, attention = _layout.AttentionWidth;
        _headPieces = [.. Pieces(Part.Head, width, _layout.Outputs), .. Pieces(Part.FinalNorm, 1, width)];
        _blockPieces =
        [
            .. Pieces(Part.Down, feedForward, width), .. Pieces(Part.Up, width, feedForward),
            .. Pieces(Part.KeyValue, width, 2 * _layout.KeyWidth),
            .. Pieces(Part.Query, width, attention), .. Pieces(Part.Output, attention, width),
            .. Pieces(Part.FeedForwardNorm, 1, width), .. Pieces(Part.AttentionNorm, 1, width),
            .. _layout.Shape.IsGated ? Pieces(Part.Gate, width, feedForward) : [],
            .. _layout.Shape.NormalizesQueriesAndKeys ? (Piece[])[new(Part.QueryNorm, 0, 1, 0, 1), new(Part.KeyNorm, 0, 1, 0, 1)]
                : [],
        ];
        (_headChunk, _blockChunk, _headPiece, _blockPiece, _embedPiece) =
            (HeadChunk, BlockChunk, HeadPiece, BlockPiece, EmbedPiece);
    }

    private enum Part
    {
        Head,
        FinalNorm,
        Down,
        Up,
        Output,
        Query,
        KeyValue,
        FeedForwardNorm,
        AttentionNorm,
        Gate,
        QueryNorm,
        KeyNorm,
    }

    /// <summary>Adds to the gradients. <see cref="Tape{T}.Outputs"/> holds ∂loss/∂outputs.</summary>
    public void Run(BatchPlan plan, Tape<T> tape)
    {
        if (plan.Rows == 0) return;
        (_plan, _tape) = (plan, tape);
        _weights.RefreshTransposes();
        // A wave passes over the gradients of all parameters, ever less of which stays in the cache as networks grow wider.
        int limit = Math.Max(WaveRowsPerWidth * _layout.Shape.Width, WaveChunks * _pool.Workers * plan.LargestChunk);
        Place(Math.Min(plan.Rows, limit));
        _ = _weights.Gradients;
        for (_firstChunk = 0; _firstChunk < plan.Chunks; _firstChunk += _chunks)
        {
            int first = plan.ChunkStart[_firstChunk];
            (_rowBase, _selectedBase, _chunks) = (plan.RowStart[first], plan.SelectedStart[first], 1);
            while (_firstChunk + _chunks < plan.Chunks && RowsTo(_firstChunk + _chunks + 1) <= limit) _chunks++;
            Wave();
        }
    }

    /// <summary>The memory held for gradients of activations, in bytes.</summary>
    public long Bytes => _buffer.Bytes;

    public void Dispose() => _buffer.Dispose();

    /// <summary>Rows of the wave if it ended before a chunk.</summary>
    private int RowsTo(int chunk) => _plan.RowStart[_plan.ChunkStart[chunk]] - _rowBase;

    /// <summary>Selected rows of the wave if it ended before a chunk.</summary>
    private int SelectedTo(int chunk) => _plan.SelectedStart[_plan.ChunkStart[chunk]] - _selectedBase;

    private int WaveRows => RowsTo(_firstChunk + _chunks);

    private int WaveSelected => SelectedTo(_firstChunk + _chunks);

    /// <summary>Where the gradients of activations lie: some rows of each kind.</summary>
    private void Place(int rows)
    {
        long width = (long)rows * _layout.WidthStride, attention = (long)rows * _layout.AttentionStride;
        long inner = (long)rows * _layout.FeedForwardStride, keys = (long)rows * _layout.KeyValueStride;
        bool gated = _layout.Shape.IsGated, headNorms = _layout.Shape.NormalizesQueriesAndKeys;
        T* at = _buffer.Ensure(6 * width + 2 * attention + inner + keys + (gated ? inner : 0)
            + (headNorms ? attention + keys : 0));
        _above = at;
        _below = at += width;
        _middleNormed = at += width;
        _middle = at += width;
        _normed = at += width;
        _selected = at += width;
        _attended = at += width;
        _query = at += attention;
        _keyValue = at += attention;
        _hidden = at += keys;
        _gate = at += inner;
        // Where heads are normalised, their gradients before and after are two things.
        _headQuery = headNorms ? at += gated ? inner : 0 : _query;
        _headKey = headNorms ? at + attention : _keyValue;
    }

    private void Wave()
    {
        if (WaveRows == 0) return;
        _pool.For(_chunks, _headChunk);
        _pool.For(_headPieces.Length, _headPiece);
        for (_block = _layout.Shape.Layers - 1; _block >= _weights.FirstTrained; _block--)
        {
            _pool.For(_chunks, _blockChunk);
            _pool.For(_blockPieces.Length, _blockPiece);
            T* above = _above;
            _above = _below;
            _below = above;
        }
        if (_weights.FirstTrained > 0) return;
        int panel = _layout.Panel;
        _pool.For((_layout.Shape.Width + panel - 1) / panel, _embedPiece);
    }

    /// <summary>Cuts the gradient of one part into pieces that threads take.</summary>
    private IEnumerable<Piece> Pieces(Part part, int rows, int columns)
    {
        int step = PiecePanels * _layout.Panel;
        for (int column = 0; column < columns; column += step)
            for (int row = 0; row < rows; row += PieceRows)
                yield return new(part, row, Math.Min(rows, row + PieceRows), column, Math.Min(columns, column + step));
    }

    /// <summary>Whether the last block works on fewer rows after attention than before it.</summary>
    private bool Selects => _block == _layout.Shape.Layers - 1 && _plan.Selected < _plan.Rows;

    /// <summary>The wave's first row among those that go on after attention.</summary>
    private int KeptBase => Selects ? _selectedBase : _rowBase;

    private void HeadChunk(int item, int worker)
    {
        int first = SelectedTo(_firstChunk + item), rows = SelectedTo(_firstChunk + item + 1) - first;
        int from = _selectedBase + first;
        if (rows == 0) return;
        nint at = (nint)first * _layout.WidthStride;
        // The gradient by the last normalisation's output shares the place of the first block's.
        InputGradient(_layout.Head, rows, _tape.Outputs + (nint)from * _layout.OutputStride, _layout.OutputStride, _normed + at,
            _layout.WidthStride, null);
        NormBackward(_layout.FinalNorm, rows, _normed + at, _tape.Final + (nint)from * _layout.WidthStride,
            _tape.FinalMoments + (nint)from * 2, null, _above + at);
    }

    private void HeadPiece(int index, int worker)
    {
        var piece = _headPieces[index];
        bool keeps = _weights.KeepsTokenHead && piece.Part == Part.Head;
        if (keeps && piece.ColumnTo <= _layout.Shape.Vocabulary) return;
        if (piece.Part == Part.Head)
            MatrixGradient(worker, piece, _layout.Head, WaveSelected,
                _tape.FinalNormed + (nint)_selectedBase * _layout.WidthStride, _layout.WidthStride,
                _tape.Outputs + (nint)_selectedBase * _layout.OutputStride, _layout.OutputStride);
        else
            NormGradient(piece, _layout.FinalNorm, WaveSelected, _normed, _tape.Final, _tape.FinalMoments, _selectedBase);
        for (int token = piece.ColumnFrom; keeps && token < _layout.Shape.Vocabulary; token++) DropGradient(piece, token);
    }

    /// <summary>A token beside the value has no gradient where tokens are kept.</summary>
    private void DropGradient(Piece piece, int token)
    {
        int panel = _layout.Panel;
        T* column = _weights.Gradients + _layout.Head.Weight + (nint)(token / panel) * panel * _layout.Head.Inputs
            + token % panel;
        for (int row = piece.RowFrom; row < piece.RowTo; row++) column[(nint)row * panel] = T.Zero;
    }

    private void BlockChunk(int item, int worker)
    {
        int chunk = _firstChunk + item;
        int from = _plan.ChunkStart[chunk], to = _plan.ChunkStart[chunk + 1], stride = _layout.WidthStride;
        int row = _plan.RowStart[from], rows = _plan.RowStart[to] - row;
        if (rows == 0) return;
        bool selects = Selects;
        int first = selects ? _plan.SelectedStart[from] : row, kept = selects ? _plan.SelectedStart[to] - first : rows;
        var block = _layout.Blocks[_block];
        // In the tape a row is counted from the batch's first, here from the wave's.
        nint at = first - KeptBase, rowAt = row - _rowBase;
        T* above = _above + at * stride, middle = _middle + at * stride, middleNormed = _middleNormed + at * stride;
        T* normed = _normed + rowAt * stride;
        T* query = _query + at * _layout.AttentionStride, attended = _attended + at * _layout.AttentionStride;
        T* keyValue = _keyValue + rowAt * _layout.KeyValueStride;

        FeedForwardBackward(block, first, kept, at);
        // Both parts of a parallel block read its input.
        bool parallel = _layout.Shape.IsParallel;
        T* read = parallel ? (selects ? _tape.SelectedInput : _tape.Input(_block)) : _tape.Middle(_block);
        NormBackward(block.FeedForwardNorm, kept, middleNormed, read + (nint)first * stride, _tape.MiddleMoments(_block)
            + (nint)first * 2,
            above, middle);
        InputGradient(block.Output, kept, parallel ? above : middle, stride, attended, _layout.AttentionStride, null);
        AttentionBackward(from, to, selects, first, attended, _headQuery + at * _layout.AttentionStride,
            _headKey + rowAt * _layout.KeyValueStride, keyValue, _scratch[worker]);
        HeadsBackward(block, from, to, selects, first, at);
        InputGradient(block.KeyValue, rows, keyValue, _layout.KeyValueStride, normed, stride, null);
        if (!selects)
        {
            InputGradient(block.Query, rows, query, _layout.AttentionStride, normed, stride, normed);
            NormInput(rows, row, normed, middle);
            return;
        }
        T* selected = _selected + at * stride;
        InputGradient(block.Query, kept, query, _layout.AttentionStride, selected, stride, null);
        Scatter(from, to, selected, normed);
        NormInput(rows, row, normed, null);
        Scatter(from, to, middle, _below + rowAt * stride);
    }

    private void NormInput(int rows, int row, T* normed, T* also)
    {
        int stride = _layout.WidthStride;
        NormBackward(_layout.Blocks[_block].AttentionNorm, rows, normed, _tape.Input(_block) + (nint)row * stride,
            _tape.InputMoments(_block) + (nint)row * 2, also, _below + (nint)(row - _rowBase) * stride);
    }

    private void NormBackward(NormLayout norm, int rows, T* dy, T* x, T* moments, T* also, T* dx)
    {
        int width = _layout.Shape.Width, stride = _layout.WidthStride;
        if (_layout.Shape.Normalization.Kind == NormalizationKind.LayerNorm)
            LayerNorm<T, TLanes>.Backward(rows, width, dy, x, _weights.Values + norm.Gain, moments, also, dx, stride);
        else RootMeanSquareNorm<T, TLanes>.Backward(rows, width, dy, x, _weights.Values + norm.Gain, moments, also, dx, stride);
    }

    /// <summary>From the block's output to the input of its feed-forward part.</summary>
    /// <param name="block">The block.</param>
    /// <param name="first">The first row in the tape.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="at">The first row in the wave.</param>
    private void FeedForwardBackward(BlockLayout block, int first, int rows, nint at)
    {
        int stride = _layout.WidthStride, width = _layout.Shape.FeedForwardWidth, innerStride = _layout.FeedForwardStride;
        T* hidden = _hidden + at * innerStride, byGate = _gate + at * innerStride, target = _middleNormed + at * stride;
        T* slopes = _tape.HiddenSlopes(_block) + (nint)first * innerStride;
        InputGradient(block.Down, rows, _above + at * stride, stride, hidden, innerStride, null);
        if (block.Gate is null) RowKernels<T, TLanes>.Multiply(rows, width, slopes, hidden, innerStride);
        else
        {
            Activations<T, TLanes>.GateBackward(rows, width, _tape.Gate(_block) + (nint)first * innerStride, slopes, hidden,
                byGate, innerStride);
            InputGradient(block.Gate, rows, byGate, innerStride, target, stride, null);
        }
        InputGradient(block.Up, rows, hidden, innerStride, target, stride, block.Gate is null ? null : target);
    }

    /// <summary>
    /// From queries and keys as attention read them to what the products gave: turned back, and through their norms.
    /// </summary>
    private void HeadsBackward(BlockLayout block, int from, int to, bool selects, int first, nint at)
    {
        int row = _plan.RowStart[from], rows = _plan.RowStart[to] - row, kept = selects
            ? _plan.SelectedStart[to] - _plan.SelectedStart[from] : rows;
        int heads = _layout.Shape.Heads, shared = _layout.Shape.KeyValueHeads;
        T* query = _headQuery + at * _layout.AttentionStride, key = _headKey + (nint)(row - _rowBase) * _layout.KeyValueStride;
        ForwardPass<T, TLanes>.Turn(_weights, _plan, from, to, selects, heads, query, _layout.AttentionStride, back: true);
        ForwardPass<T, TLanes>.Turn(_weights, _plan, from, to, select: false, shared, key, _layout.KeyValueStride, back: true);
        if (block.QueryNorm is null || block.KeyNorm is null) return;
        Heads(block.QueryNorm, kept, heads, query, _tape.RawQuery(_block) + (nint)first * _layout.AttentionStride,
            _tape.QueryMoments(_block) + (nint)first * 2 * heads, _query + at * _layout.AttentionStride, _layout.AttentionStride);
        Heads(block.KeyNorm, rows, shared, key, _tape.RawKey(_block) + (nint)row * _layout.KeyValueStride,
            _tape.KeyMoments(_block) + (nint)row * 2 * shared, _keyValue + (nint)(row - _rowBase) * _layout.KeyValueStride,
                _layout.KeyValueStride);

        void Heads(NormLayout norm, int count, int each, T* dy, T* x, T* moments, T* dx, int stride)
        {
            for (int i = 0; i < count; i++, dy += stride, x += stride, dx += stride, moments += 2 * each)
                RootMeanSquareNorm<T, TLanes>.Backward(each, _layout.Shape.HeadWidth, dy, x, _weights.Values + norm.Gain,
                    moments, null, dx,
                    _layout.HeadStride);
        }
    }

    private void AttentionBackward(int from, int to, bool selects, int selected, T* attended, T* query, T* key, T* keyValue,
        NativeBuffer<T> scratch)
    {
        int headWidth = _layout.Shape.HeadWidth, heads = _layout.Shape.Heads, group = heads / _layout.Shape.KeyValueHeads,
            scoreStride = _layout.RowStride(_plan.Longest),
            keys = _layout.HeadStride * scoreStride;
        T* kT = scratch.Ensure(2 * keys + Attention<T, TLanes>.BackwardScratch(_plan.Longest, scoreStride)), vT = kT + keys,
            work = vT + keys;
        T* queries = _tape.Query(_block) + (nint)selected * _layout.AttentionStride,
            outputs = _tape.Attended(_block) + (nint)selected * _layout.AttentionStride;
        T* softmax = _tape.Softmax(_block) + (nint)selected * 2 * heads,
            keysValues = _tape.KeyValue(_block) + (nint)_plan.RowStart[from] * _layout.KeyValueStride;
        for (int sequence = from; sequence < to; sequence++)
        {
            int rows = _plan.RowStart[sequence + 1] - _plan.RowStart[sequence],
                first = selects ? _plan.FirstSelected(sequence) : 0, count = rows - first;
            if (rows == 0) continue;
            for (int head = 0; head < heads; head++)
            {
                int at = head * _layout.HeadStride, shared = head / group * _layout.HeadStride, value = shared + _layout.KeyWidth;
                bool begins = head % group == 0;
                if (begins)
                {
                    Attention<T, TLanes>.Transpose(rows, headWidth, keysValues + shared, _layout.KeyValueStride, kT, scoreStride);
                    Attention<T, TLanes>.Transpose(rows, headWidth, keysValues + value, _layout.KeyValueStride, vT, scoreStride);
                }
                Attention<T, TLanes>.Backward(count, first, headWidth, _layout.HeadStride,
                    new(queries + at, query + at, _layout.AttentionStride),
                    new(outputs + at, attended + at, _layout.AttentionStride), kT, vT, scoreStride,
                    new(keysValues + shared, key + shared, _layout.KeyValueStride),
                    new(keysValues + value, keyValue + value, _layout.KeyValueStride),
                    softmax + 2 * head, 2 * heads, work, _weights.Zeros, adds: !begins);
            }
            keysValues += (nint)rows * _layout.KeyValueStride;
            key += (nint)rows * _layout.KeyValueStride;
            keyValue += (nint)rows * _layout.KeyValueStride;
            queries += (nint)count * _layout.AttentionStride;
            query += (nint)count * _layout.AttentionStride;
            outputs += (nint)count * _layout.AttentionStride;
            attended += (nint)count * _layout.AttentionStride;
            softmax += (nint)count * 2 * heads;
        }
    }

    private void BlockPiece(int index, int worker)
    {
        var piece = _blockPieces[index];
        var block = _layout.Blocks[_block];
        int kept = Selects ? WaveSelected : WaveRows, width = _layout.WidthStride, attention = _layout.AttentionStride;
        int wide = _layout.FeedForwardStride;
        nint first = KeptBase, row = _rowBase;
        switch (piece.Part)
        {
            case Part.Down:
                MatrixGradient(worker, piece, block.Down, kept, _tape.Hidden(_block) + first * wide, wide, _above, width);
                break;
            case Part.Up:
                MatrixGradient(worker, piece, block.Up, kept, _tape.MiddleNormed(_block) + first * width, width, _hidden, wide);
                break;
            case Part.Output:
                MatrixGradient(worker, piece, block.Output, kept, _tape.Attended(_block) + first * attention, attention,
                    _layout.Shape.IsParallel ? _above : _middle, width);
                break;
            case Part.Query:
                T* normed = Selects ? _tape.SelectedNormed : _tape.Normed(_block);
                MatrixGradient(worker, piece, block.Query, kept, normed + first * width, width, _query, attention);
                break;
            case Part.KeyValue:
                MatrixGradient(worker, piece, block.KeyValue, WaveRows, _tape.Normed(_block) + row * width, width, _keyValue,
                    _layout.KeyValueStride);
                break;
            case Part.FeedForwardNorm:
                T* read = !_layout.Shape.IsParallel ? _tape.Middle(_block) : Selects ? _tape.SelectedInput : _tape.Input(_block);
                NormGradient(piece, block.FeedForwardNorm, kept, _middleNormed, read, _tape.MiddleMoments(_block), KeptBase);
                break;
            case Part.Gate:
                MatrixGradient(worker, piece, block.Gate!, kept, _tape.MiddleNormed(_block) + first * width, width, _gate, wide);
                break;
            case Part.QueryNorm:
                HeadNormGradient(block.QueryNorm!, kept, _layout.Shape.Heads, _headQuery, _tape.RawQuery(_block)
                    + first * attention,
                    _tape.QueryMoments(_block) + first * 2 * _layout.Shape.Heads, attention);
                break;
            case Part.KeyNorm:
                HeadNormGradient(block.KeyNorm!, WaveRows, _layout.Shape.KeyValueHeads, _headKey, _tape.RawKey(_block)
                    + row * _layout.KeyValueStride,
                    _tape.KeyMoments(_block) + row * 2 * _layout.Shape.KeyValueHeads, _layout.KeyValueStride);
                break;
            default:
                NormGradient(piece, block.AttentionNorm, WaveRows, _normed, _tape.Input(_block), _tape.InputMoments(_block),
                    _rowBase);
                break;
        }
    }

    /// <summary>Adds each row to its token's and its position's embedding, for one panel of columns.</summary>
    private void EmbedPiece(int piece, int worker)
    {
        int panel = _layout.Panel, width = _layout.Shape.Width, from = piece * panel, to = Math.Min(width, from + panel);
        int stride = (width + panel - 1) / panel * panel;
        T* tokens = _weights.Gradients + _layout.TokenEmbedding, positions = _weights.Gradients + _layout.PositionEmbedding,
            source = _above;
        bool learned = _layout.Shape.Rotary is null;
        int end = _plan.ChunkStart[_firstChunk + _chunks];
        for (int sequence = _plan.ChunkStart[_firstChunk]; sequence < end; sequence++)
        {
            var text = _plan.Batch.Sequence(sequence);
            int rows = _plan.RowStart[sequence + 1] - _plan.RowStart[sequence];
            for (int position = 0; position < rows; position++, source += _layout.WidthStride)
            {
                T* token = tokens + (nint)text[position] * stride, place = positions + (nint)position * stride;
                for (int j = from; j < to; j += TLanes.Count)
                {
                    var slope = TLanes.Load(source + j);
                    TLanes.Store(token + j, TLanes.Load(token + j) + slope);
                    if (learned) TLanes.Store(place + j, TLanes.Load(place + j) + slope);
                }
            }
        }
    }

    /// <summary>dx = start + dy Wᵀ; start null for zero.</summary>
    private void InputGradient(LinearLayout linear, int rows, T* dy, int dyStride, T* dx, int dxStride, T* start)
    {
        int panel = _layout.Panel;
        MatrixProduct<T, TLanes>.Multiply(rows, _layout.Whole(linear.Inputs), linear.Outputs, new(dy, dyStride, 1),
            new(_weights.Transposed + linear.Transposed, panel, (nint)linear.Outputs * panel),
            start == null ? new(_weights.Zeros, 0, 0) : new(start, dxStride, panel), new(dx, dxStride, panel));
    }

    /// <summary>dW += xᵀ dy and db += Σ dy for one piece of W.</summary>
    private void MatrixGradient(int worker, Piece piece, LinearLayout linear, int rows, T* x, int xStride, T* dy, int dyStride)
    {
        int panel = _layout.Panel;
        nint panelStep = (nint)linear.Inputs * panel;
        T* gradient = _weights.Gradients + linear.Weight + piece.ColumnFrom / panel * panelStep + (nint)piece.RowFrom * panel;
        var target = new Grid<T>(gradient, panel, panelStep);
        int inputs = piece.RowTo - piece.RowFrom;
        MatrixProduct<T, TLanes>.MultiplyTransposed(inputs, _layout.Whole(piece.ColumnTo - piece.ColumnFrom), rows,
            x + piece.RowFrom, xStride, new(dy + piece.ColumnFrom, dyStride, panel), target, target,
            _scratch[worker].Ensure(MatrixProduct<T, TLanes>.TransposedScratch(inputs)));
        if (piece.RowFrom > 0 || piece.ColumnTo <= linear.FirstBias) return;
        T* bias = _weights.Gradients + linear.Bias;
        RowKernels<T, TLanes>.AddColumnSums(rows, piece.ColumnFrom, piece.ColumnTo, dy, dyStride, bias);
        // Outputs without a bias may share registers with the first that has one.
        for (int column = piece.ColumnFrom; column < linear.FirstBias; column++) bias[column] = T.Zero;
    }

    /// <summary>Gradients of gain and bias; x and its moments begin at a row of the tape.</summary>
    private void NormGradient(Piece piece, NormLayout norm, int rows, T* dy, T* x, T* moments, int from)
    {
        int stride = _layout.WidthStride;
        x += (nint)from * stride;
        moments += (nint)from * 2;
        if (_layout.Shape.Normalization.Kind == NormalizationKind.LayerNorm)
            LayerNorm<T, TLanes>.AddGradients(rows, piece.ColumnFrom, piece.ColumnTo, dy, x, moments, stride,
                _weights.Gradients + norm.Gain, _weights.Gradients + norm.Bias);
        else
            RootMeanSquareNorm<T, TLanes>.AddGradients(rows, piece.ColumnFrom, piece.ColumnTo, dy, x, moments, stride,
                _weights.Gradients + norm.Gain);
    }

    /// <summary>Gradient of the gain that the heads of queries or of keys share.</summary>
    private void HeadNormGradient(NormLayout norm, int rows, int heads, T* dy, T* x, T* moments, int stride)
    {
        for (int row = 0; row < rows; row++, dy += stride, x += stride, moments += 2 * heads)
            RootMeanSquareNorm<T, TLanes>.AddGradients(heads, 0, _layout.Shape.HeadWidth, dy, x, moments, _layout.HeadStride,
                _weights.Gradients + norm.Gain);
    }

    private void Scatter(int from, int to, T* source, T* target)
    {
        int stride = _layout.WidthStride, start = _plan.RowStart[from];
        for (int sequence = from; sequence < to; sequence++)
        {
            int selected = _plan.SelectedStart[sequence + 1] - _plan.SelectedStart[sequence];
            RowKernels<T, TLanes>.Add(selected, _layout.Shape.Width, source, stride,
                target + (nint)(_plan.RowStart[sequence + 1] - selected - start) * stride, stride);
            source += (nint)selected * stride;
        }
    }

    /// <summary>Some rows and columns of one part's gradient.</summary>
    private readonly record struct Piece(Part Part, int RowFrom, int RowTo, int ColumnFrom, int ColumnTo);
}
