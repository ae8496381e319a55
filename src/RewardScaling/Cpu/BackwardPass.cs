using System.Numerics;

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
    public const int PiecePanels = 4, PieceRows = 258;

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
    private T* _above, _below, _hidden, _middleNormed, _middle, _attended, _query, _keyValue, _normed, _selected;
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
            .. Pieces(Part.KeyValue, width, 2 * attention),
            .. Pieces(Part.Query, width, attention), .. Pieces(Part.Output, attention, width),
            .. Pieces(Part.FeedForwardNorm, 1, width), .. Pieces(Part.AttentionNorm, 1, width),
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
        T* at = _buffer.Ensure(6 * width + 2 * attention + (long)rows * (_layout.FeedForwardStride + _layout.KeyValueStride));
        _above = at;
        _below = at += width;
        _middleNormed = at += width;
        _middle = at += width;
        _normed = at += width;
        _selected = at += width;
        _attended = at += width;
        _query = at += attention;
        _keyValue = at += attention;
        _hidden = at + (long)rows * _layout.KeyValueStride;
    }

    private void Wave()
    {
        if (WaveRows == 0) return;
        _pool.For(_chunks, _headChunk);
        _pool.For(_headPieces.Length, _headPiece);
        for (_block = _layout.Shape.Layers - 1; _block >= 0; _block--)
        {
            _pool.For(_chunks, _blockChunk);
            _pool.For(_blockPieces.Length, _blockPiece);
            T* above = _above;
            _above = _below;
            _below = above;
        }
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
        // The gradient by the last LayerNorm's output shares the place of the first block's LayerNorm.
        InputGradient(_layout.Head, rows, _tape.Outputs + (nint)from * _layout.OutputStride, _layout.OutputStride, _normed + at,
            _layout.WidthStride, null);
        LayerNorm<T, TLanes>.Backward(rows, _layout.Shape.Width, _normed + at,
            _tape.Final + (nint)from * _layout.WidthStride,
            _weights.Values + _layout.FinalNorm.Gain,
            _tape.FinalMoments + (nint)from * 2, null, _above + at, _layout.WidthStride);
    }

    private void HeadPiece(int index, int worker)
    {
        var piece = _headPieces[index];
        if (piece.Part == Part.Head)
            MatrixGradient(worker, piece, _layout.Head, WaveSelected,
                _tape.FinalNormed + (nint)_selectedBase * _layout.WidthStride, _layout.WidthStride,
                _tape.Outputs + (nint)_selectedBase * _layout.OutputStride, _layout.OutputStride);
        else
            NormGradient(piece, _layout.FinalNorm, WaveSelected, _normed, _tape.Final, _tape.FinalMoments, _selectedBase);
    }

    private void BlockChunk(int item, int worker)
    {
        int chunk = _firstChunk + item;
        int from = _plan.ChunkStart[chunk], to = _plan.ChunkStart[chunk + 1], width = _layout.Shape.Width,
            stride = _layout.WidthStride;
        int row = _plan.RowStart[from], rows = _plan.RowStart[to] - row;
        if (rows == 0) return;
        bool selects = Selects;
        int first = selects ? _plan.SelectedStart[from] : row, kept = selects ? _plan.SelectedStart[to] - first : rows;
        var block = _layout.Blocks[_block];
        // In the tape a row is counted from the batch's first, here from the wave's.
        nint at = first - KeptBase, rowAt = row - _rowBase;
        T* above = _above + at * stride, middle = _middle + at * stride, middleNormed = _middleNormed + at * stride;
        T* hidden = _hidden + at * _layout.FeedForwardStride, normed = _normed + rowAt * stride;
        T* query = _query + at * _layout.AttentionStride, attended = _attended + at * _layout.AttentionStride;
        T* keyValue = _keyValue + rowAt * _layout.KeyValueStride;

        InputGradient(block.Down, kept, above, stride, hidden, _layout.FeedForwardStride, null);
        RowKernels<T, TLanes>.Multiply(kept, _layout.Shape.FeedForwardWidth,
            _tape.HiddenSlopes(_block) + (nint)first * _layout.FeedForwardStride, hidden,
            _layout.FeedForwardStride);
        InputGradient(block.Up, kept, hidden, _layout.FeedForwardStride, middleNormed, stride, null);
        LayerNorm<T, TLanes>.Backward(kept, width, middleNormed, _tape.Middle(_block) + (nint)first * stride,
            _weights.Values + block.FeedForwardNorm.Gain,
            _tape.MiddleMoments(_block) + (nint)first * 2, above, middle, stride);
        InputGradient(block.Output, kept, middle, stride, attended, _layout.AttentionStride, null);
        AttentionBackward(from, to, selects, first, attended, query, keyValue, _scratch[worker]);
        InputGradient(block.KeyValue, rows, keyValue, _layout.KeyValueStride, normed, stride, null);
        if (!selects)
        {
            InputGradient(block.Query, rows, query, _layout.AttentionStride, normed, stride, normed);
            LayerNormInput(rows, row, normed, middle);
            return;
        }
        T* selected = _selected + at * stride;
        InputGradient(block.Query, kept, query, _layout.AttentionStride, selected, stride, null);
        Scatter(from, to, selected, normed);
        LayerNormInput(rows, row, normed, null);
        Scatter(from, to, middle, _below + rowAt * stride);
    }

    private void LayerNormInput(int rows, int row, T* normed, T* also)
    {
        int stride = _layout.WidthStride;
        LayerNorm<T, TLanes>.Backward(rows, _layout.Shape.Width, normed, _tape.Input(_block) + (nint)row * stride,
            _weights.Values + _layout.Blocks[_block].AttentionNorm.Gain, _tape.InputMoments(_block) + (nint)row * 2, also,
            _below + (nint)(row - _rowBase) * stride, stride);
    }

    private void AttentionBackward(int from, int to, bool selects, int selected, T* attended, T* query, T* keyValue,
        NativeBuffer<T> scratch)
    {
        int headWidth = _layout.Shape.HeadWidth, heads = _layout.Shape.Heads, scoreStride = _layout.RowStride(_plan.Longest),
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
                int at = head * _layout.HeadStride, value = at + _layout.AttentionWidth;
                Attention<T, TLanes>.Transpose(rows, headWidth, keysValues + at, _layout.KeyValueStride, kT, scoreStride);
                Attention<T, TLanes>.Transpose(rows, headWidth, keysValues + value, _layout.KeyValueStride, vT, scoreStride);
                Attention<T, TLanes>.Backward(count, first, headWidth, _layout.HeadStride,
                    new(queries + at, query + at, _layout.AttentionStride),
                    new(outputs + at, attended + at, _layout.AttentionStride), kT, vT, scoreStride,
                    new(keysValues + at, keyValue + at, _layout.KeyValueStride),
                    new(keysValues + value, keyValue + value, _layout.KeyValueStride),
                    softmax + 2 * head, 2 * heads, work, _weights.Zeros);
            }
            keysValues += (nint)rows * _layout.KeyValueStride;
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
                MatrixGradient(worker, piece, block.Output, kept, _tape.Attended(_block) + first * attention, attention, _middle,
                    width);
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
                NormGradient(piece, block.FeedForwardNorm, kept, _middleNormed, _tape.Middle(_block),
                    _tape.MiddleMoments(_block), KeptBase);
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
                    TLanes.Store(place + j, TLanes.Load(place + j) + slope);
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
        if (piece.RowFrom == 0)
            RowKernels<T, TLanes>.AddColumnSums(rows, piece.ColumnFrom, piece.ColumnTo, dy, dyStride,
                _weights.Gradients + linear.Bias);
    }

    /// <summary>Gradients of gain and bias; x and its moments begin at a row of the tape.</summary>
    private void NormGradient(Piece piece, NormLayout norm, int rows, T* dy, T* x, T* moments, int from) =>
        LayerNorm<T, TLanes>.AddGradients(rows, piece.ColumnFrom, piece.ColumnTo, dy, x + (nint)from * _layout.WidthStride,
            moments + (nint)from * 2, _layout.WidthStride,
            _weights.Gradients + norm.Gain, _weights.Gradients + norm.Bias);

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
