using System.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// Some sequences that are continued side by side. Keys and values of earlier tokens are kept, so that each token costs one row.
/// </summary>
/// <remarks>
/// One worker does everything, or all workers share each step: the columns of a product, the sequences of what lies between two
/// products.
/// </remarks>
internal sealed unsafe class DrawPass<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Parts of shared work for each worker: one that is held up leaves the others something to take.</summary>
    private const int PartsPerWorker = 2;

    private readonly Network<T, TLanes> _network;
    private readonly Weights<T, TLanes> _weights;
    private readonly NetworkLayout _layout;
    private readonly Tape<T> _tape;
    private readonly NativeBuffer<T> _memory = new();
    private readonly CutHead<T>?[] _cuts;
    private readonly Action<int, int> _stagePart, _columnsPart;
    private readonly int _worker;
    private DrawCall<T> _call = null!;
    private KeyValueCache<T> _cache;
    private bool _shares, _selects;
    private int _from, _count, _t, _block, _parts;
    private Stage _stage;
    private LinearLayout _linear = null!;
    private T* _x, _y;
    private int _rows, _xStride, _yStride, _columnParts;

    /// <summary>A pass of one worker.</summary>
    public DrawPass(Network<T, TLanes> network, int worker)
    {
        (_network, _weights, _layout, _worker) = (network, network.Weights, network.Layout, worker);
        _tape = network.WorkerTape(worker);
        _cuts = new CutHead<T>?[_weights.Pool.Workers];
        (_stagePart, _columnsPart) = (StagePart, ColumnsPart);
    }

    private enum Stage
    {
        Read,
        Remember,
        Attend,
        Middle,
        Activate,
        Finish,
        Choose,
    }

    /// <summary>Draws the responses to some neighbouring prompts.</summary>
    /// <param name="call">The call.</param>
    /// <param name="from">The first prompt.</param>
    /// <param name="count">How many.</param>
    /// <param name="shares">Whether all workers of the network take part.</param>
    public void Run(DrawCall<T> call, int from, int count, bool shares)
    {
        (_call, _from, _count, _shares) = (call, from, count, shares);
        _cache = new(_layout, _memory, count, call.Context);
        _parts = Math.Min(count, PartsPerWorker * _weights.Pool.Workers);
        _t = 0;
        _tape.Ensure(Math.Max(count, Row(count)), keeps: false);
        for (int i = from; i < from + count; i++) call.Prompts.Sequence(i).CopyTo(call.Tokens.AsSpan(call.Batch.Offsets[i]));
        for (; _t < call.Length; _t++)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            Advance();
            Do(Stage.Choose);
        }
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>
    /// Reads the tokens not read yet (first the prompts, then one token each) and leaves the outputs after the last in the tape.
    /// </summary>
    private void Advance()
    {
        int stride = _layout.WidthStride, innerStride = _layout.FeedForwardStride, last = _layout.Shape.Layers - 1,
            rows = Row(_count);
        _selects = false;
        for (_block = 0; _block <= last; _block++)
        {
            var at = _layout.Blocks[_block];
            T* normed = _tape.Normed(_block), middleNormed = _tape.MiddleNormed(_block), hidden = _tape.Hidden(_block);
            Do(Stage.Read);
            Multiply(at.KeyValue, rows, normed, stride, _tape.KeyValue(_block), _layout.KeyValueStride);
            Do(Stage.Remember);
            if (_block == last && rows > _count)
            {
                GatherLast(normed, _tape.SelectedNormed, stride);
                GatherLast(_tape.Input(_block), _tape.SelectedInput, stride);
                (rows, _selects) = (_count, true);
                normed = _tape.SelectedNormed;
            }
            Multiply(at.Query, rows, normed, stride, _tape.Query(_block), _layout.AttentionStride);
            Do(Stage.Attend);
            Multiply(at.Output, rows, _tape.Attended(_block), _layout.AttentionStride, middleNormed, stride);
            Do(Stage.Middle);
            Multiply(at.Up, rows, middleNormed, stride, hidden, innerStride);
            if (at.Gate is not null) Multiply(at.Gate, rows, middleNormed, stride, _tape.Gate(_block), innerStride);
            Do(Stage.Activate);
            Multiply(at.Down, rows, hidden, innerStride, _block == last ? _tape.Final : _tape.Input(_block + 1), stride);
        }
        _block = last;
        Do(Stage.Finish);
        Multiply(_layout.Head, _count, _tape.FinalNormed, stride, _tape.Outputs, _layout.OutputStride);
    }

    /// <summary>Rows before those of a sequence.</summary>
    private int Row(int sequence) => _t == 0
        ? _call.Prompts.Offsets[_from + sequence] - _call.Prompts.Offsets[_from] : sequence;

    /// <summary>The same where the last block has gone on with one row of each.</summary>
    private int KeptRow(int sequence) => _selects ? sequence : Row(sequence);

    /// <summary>Positions of a sequence that the network reads before its next token is drawn.</summary>
    private (int First, int End) Unread(int sequence)
    {
        int prompt = _call.Prompts.PromptLengths[_from + sequence];
        return _t == 0 ? (0, prompt) : (prompt + _t - 1, prompt + _t);
    }

    private void Do(Stage stage)
    {
        _stage = stage;
        if (_shares) _weights.Pool.For(_parts, _stagePart);
        else Do(0, _count, _worker);
    }

    private void StagePart(int part, int worker) => Do(part * _count / _parts, (part + 1) * _count / _parts, worker);

    /// <summary>The stage for sequences [first, end).</summary>
    private void Do(int first, int end, int worker)
    {
        switch (_stage)
        {
            case Stage.Read:
                Read(first, end);
                break;
            case Stage.Remember:
                Remember(first, end);
                break;
            case Stage.Attend:
                Attend(first, end, _network.Scratch(worker));
                break;
            case Stage.Middle:
                Middle(KeptRow(first), KeptRow(end));
                break;
            case Stage.Activate:
                Activate(KeptRow(first), KeptRow(end));
                break;
            case Stage.Finish:
                Finish(KeptRow(first), KeptRow(end));
                break;
            default:
                Choose(first, end, worker);
                break;
        }
    }

    private void Multiply(LinearLayout linear, int rows, T* x, int xStride, T* y, int yStride)
    {
        if (!_shares)
        {
            ForwardPass<T, TLanes>.Linear(_weights, linear, rows, x, xStride, y, yStride);
            return;
        }
        (_linear, _rows, _xStride, _yStride) = (linear, rows, xStride, yStride);
        _x = x;
        _y = y;
        _columnParts = Math.Min(Panels(linear), PartsPerWorker * _weights.Pool.Workers);
        _weights.Pool.For(_columnParts, _columnsPart);
    }

    private int Panels(LinearLayout linear) => (linear.Outputs + _layout.Panel - 1) / _layout.Panel;

    private void ColumnsPart(int part, int worker)
    {
        int panels = Panels(_linear), from = part * panels / _columnParts * _layout.Panel,
            end = Math.Min(_layout.Whole(_linear.Outputs), (part + 1) * panels / _columnParts * _layout.Panel);
        ForwardPass<T, TLanes>.Linear(_weights, _linear, from, end - from, _rows, _x, _xStride, _y, _yStride);
    }

    /// <summary>The tokens' embeddings, or what the block before has left to add; normalised.</summary>
    private void Read(int first, int end)
    {
        int from = Row(first), rows = Row(end) - from, stride = _layout.WidthStride;
        T* input = _tape.Input(_block) + (nint)from * stride, at = input;
        for (int i = first; _block == 0 && i < end; i++)
        {
            var (begin, to) = Unread(i);
            for (int position = begin; position < to; position++, at += stride)
                ForwardPass<T, TLanes>.Embed(_weights, _call.Tokens[_call.Batch.Offsets[_from + i] + position], position, at);
        }
        if (_block > 0)
            RowKernels<T, TLanes>.Add(rows, _layout.Shape.Width, _tape.Middle(_block) + (nint)from * stride, stride, input,
                stride);
        ForwardPass<T, TLanes>.Norm(_weights, _layout.Blocks[_block].AttentionNorm, rows, input,
            _tape.Normed(_block) + (nint)from * stride, _tape.InputMoments(_block) + (nint)from * 2);
    }

    private void Remember(int first, int end)
    {
        int from = Row(first), stride = _layout.KeyValueStride, heads = _layout.Shape.KeyValueHeads;
        T* keyValue = _tape.KeyValue(_block) + (nint)from * stride;
        ForwardPass<T, TLanes>.NormalizeHeads(_weights, _layout.Blocks[_block].KeyNorm, Row(end) - from, heads, keyValue, stride,
            _tape.RawKey(_block) + (nint)from * stride, _tape.KeyMoments(_block) + (nint)from * 2 * heads);
        for (int i = first; i < end; i++)
        {
            var (begin, to) = Unread(i);
            _weights.Rotation?.Turn<TLanes>(to - begin, begin, heads, _layout.HeadStride, keyValue, stride);
            for (int position = begin; position < to; position++, keyValue += stride)
                _cache.Add(_block, i, position, keyValue);
        }
    }

    private void Attend(int first, int end, NativeBuffer<T> scratch)
    {
        int from = KeptRow(first), stride = _layout.AttentionStride, heads = _layout.Shape.Heads,
            group = heads / _layout.Shape.KeyValueHeads, width = _layout.Shape.HeadWidth, padded = _layout.HeadStride;
        T* query = _tape.Query(_block) + (nint)from * stride, attended = _tape.Attended(_block) + (nint)from * stride,
            softmax = _tape.Softmax(_block) + (nint)from * 2 * heads, work = scratch.Ensure(Math.Max(
                Attention<T, TLanes>.ForwardScratch(_cache.KeyStride),
                AttentionStep<T, TLanes>.Scratch(heads, _cache.KeyStride)));
        ForwardPass<T, TLanes>.NormalizeHeads(_weights, _layout.Blocks[_block].QueryNorm, KeptRow(end) - from, heads, query,
            stride,
            _tape.RawQuery(_block) + (nint)from * stride, _tape.QueryMoments(_block) + (nint)from * 2 * heads);
        for (int i = first; i < end; i++)
        {
            var (begin, to) = Unread(i);
            if (_selects) begin = to - 1;
            int queries = to - begin;
            _weights.Rotation?.Turn<TLanes>(queries, begin, heads, padded, query, stride);
            if (queries == 1)
            {
                AttentionStep<T, TLanes>.Forward(heads, group, to, width, padded, query, _cache.Keys(_block, i, 0),
                    width * _cache.KeyStride, _cache.KeyStride, _cache.Values(_block, i, 0), _cache.ValueStride, attended,
                        softmax,
                    work);
            }
            for (int head = 0; queries > 1 && head < heads; head++)
            {
                int at = head * padded;
                Attention<T, TLanes>.Forward(queries, begin, width, padded, query + at, stride,
                    _cache.Keys(_block, i, head / group), _cache.KeyStride, _cache.Values(_block, i, head / group),
                    _cache.ValueStride, attended + at, stride, null, 0, work, _weights.Zeros);
            }
            query += (nint)queries * stride;
            attended += (nint)queries * stride;
            softmax += (nint)queries * 2 * heads;
        }
    }

    private void Middle(int from, int end)
    {
        nint at = (nint)from * _layout.WidthStride;
        ForwardPass<T, TLanes>.Middle(_weights, _layout.Blocks[_block], end - from,
            (_selects ? _tape.SelectedInput : _tape.Input(_block)) + at, _tape.Middle(_block) + at,
                _tape.MiddleNormed(_block) + at,
            _tape.MiddleMoments(_block) + (nint)from * 2);
    }

    private void Activate(int from, int end)
    {
        nint at = (nint)from * _layout.FeedForwardStride;
        ForwardPass<T, TLanes>.Activate(_weights, _layout.Blocks[_block], end - from, _tape.Hidden(_block) + at,
            _tape.Gate(_block) + at, null);
    }

    private void Finish(int from, int end)
    {
        int stride = _layout.WidthStride;
        nint at = (nint)from * stride;
        RowKernels<T, TLanes>.Add(end - from, _layout.Shape.Width, _tape.Middle(_block) + at, stride, _tape.Final + at, stride);
        ForwardPass<T, TLanes>.Norm(_weights, _layout.FinalNorm, end - from, _tape.Final + at, _tape.FinalNormed + at,
            _tape.FinalMoments + (nint)from * 2);
    }

    private void Choose(int first, int end, int worker)
    {
        int vocabulary = _layout.Shape.Vocabulary;
        T* outputs = _tape.Outputs + (nint)first * _layout.OutputStride,
            weights = _network.Scratch(worker).Ensure(_layout.Whole(vocabulary));
        var cut = _call.Cut.Cuts(vocabulary) ? _cuts[worker] ??= new(vocabulary) : null;
        for (int sequence = _from + first; sequence < _from + end; sequence++, outputs += _layout.OutputStride)
        {
            int at = sequence * _call.Length + _t;
            double uniform = _call.Streams.Span[sequence].Uniform((ulong)_t);
            var (token, logProb) = cut is null ? Choose(outputs, weights, uniform)
                : cut.Read(outputs, _call.InverseTemperature, _call.Cut).Draw(uniform);
            _call.Tokens[_call.Batch.Offsets[sequence] + _call.Prompts.PromptLengths[sequence] + _t] = token;
            _call.LogProbs[at] = logProb;
            _call.Values[at] = float.CreateTruncating(outputs[vocabulary]);
        }
    }

    private (int Token, float LogProb) Choose(T* outputs, T* weights, double uniform)
    {
        int vocabulary = _layout.Shape.Vocabulary;
        T logSum = TokenHead<T, TLanes>.Normalize(vocabulary, outputs, _call.InverseTemperature, weights).LogSum;
        int token = TokenHead<T, TLanes>.Draw(vocabulary, weights, uniform);
        return (token, float.CreateTruncating(TokenHead<T, TLanes>.LogProb(outputs[token], logSum, _call.InverseTemperature)));
    }

    private void GatherLast(T* source, T* target, int stride)
    {
        for (int i = 0; i < _count; i++, target += stride)
            Buffer.MemoryCopy(source + ((nint)Row(i + 1) - 1) * stride, target, stride * sizeof(T), stride * sizeof(T));
    }
}
