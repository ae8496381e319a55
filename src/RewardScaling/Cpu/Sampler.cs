using System.Numerics;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// Draws responses token by token. Keys and values of earlier tokens are kept, so that each token costs one row.
/// </summary>
internal sealed unsafe class Sampler<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Sequences that one worker continues side by side, at most.</summary>
    private const int GroupSequences = 64;

    private readonly Network<T, TLanes> _network;
    private readonly NativeBuffer<T>[] _caches;
    private readonly Action<int, int> _drawGroup;
    private TokenBatch _prompts = null!;
    private ReadOnlyMemory<RandomStream> _streams;
    private CancellationToken _cancellation;
    private T _inverseTemperature;
    private TokenCut _cut = TokenCut.None;
    private TokenBatch _batch = null!;
    private int[] _tokens = [];
    private float[] _logProbs = [], _values = [];
    private int _length, _group, _context;

    /// <summary>A sampler from a network whose outputs are logits and a value.</summary>
    public Sampler(Network<T, TLanes> network)
    {
        _network = network;
        _caches = [.. Enumerable.Range(0, network.Weights.Pool.Workers).Select(static _ => new NativeBuffer<T>())];
        _drawGroup = DrawGroup;
    }

    /// <summary>Draws one response to each prompt of a checked batch.</summary>
    public SampledBatch Draw(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellation)
    {
        (_prompts, _streams, _cancellation, _length) = (prompts, streams, cancellation, options.ResponseLength);
        (_inverseTemperature, _cut) = (T.CreateTruncating(1 / options.Temperature), options.Cut);
        _context = prompts.LongestSequence + _length;
        _network.Weights.Rotation?.Ensure(_context);
        _batch = new(prompts.PromptLengths.ToArray(), _length, out _tokens);
        _logProbs = new float[prompts.Count * _length];
        _values = new float[prompts.Count * _length];
        // Few groups, as many for each worker, all of one size: a group reads every weight for each token, however small it is.
        int workers = _network.Weights.Pool.Workers, rounds = (prompts.Count - 1) / (workers * GroupSequences) + 1;
        _group = (prompts.Count - 1) / (workers * rounds) + 1;
        _network.Weights.Pool.For((prompts.Count + _group - 1) / _group, _drawGroup);
        return new(_batch, _logProbs, _values);
    }

    public void Dispose()
    {
        foreach (var cache in _caches) cache.Dispose();
    }

    private void DrawGroup(int group, int worker)
    {
        var layout = _network.Layout;
        int from = group * _group, count = Math.Min(_prompts.Count - from, _group), vocabulary = layout.Shape.Vocabulary;
        var cache = new KeyValueCache<T>(layout, _caches[worker], count, _context);
        var tape = _network.WorkerTape(worker);
        tape.Ensure(Math.Max(count, _prompts.Offsets[from + count] - _prompts.Offsets[from]), keeps: false);
        var cut = _cut.Cuts(vocabulary) ? new CutHead<T>(vocabulary) : null;
        for (int i = from; i < from + count; i++) _prompts.Sequence(i).CopyTo(_tokens.AsSpan(_batch.Offsets[i]));
        for (int t = 0; t < _length; t++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Advance(from, count, t, cache, tape, _network.Scratch(worker));
            T* outputs = tape.Outputs, weights = _network.Scratch(worker).Ensure(layout.Whole(vocabulary));
            for (int i = 0; i < count; i++, outputs += layout.OutputStride)
            {
                int sequence = from + i, at = sequence * _length + t;
                double uniform = _streams.Span[sequence].Uniform((ulong)t);
                var (token, logProb) = cut is null ? Choose(vocabulary, outputs, weights, uniform)
                    : cut.Read(outputs, _inverseTemperature, _cut).Draw(uniform);
                _tokens[_batch.Offsets[sequence] + _prompts.PromptLengths[sequence] + t] = token;
                _logProbs[at] = logProb;
                _values[at] = float.CreateTruncating(outputs[vocabulary]);
            }
        }
    }

    private (int Token, float LogProb) Choose(int vocabulary, T* outputs, T* weights, double uniform)
    {
        T logSum = TokenHead<T, TLanes>.Normalize(vocabulary, outputs, _inverseTemperature, weights).LogSum;
        int token = TokenHead<T, TLanes>.Draw(vocabulary, weights, uniform);
        return (token, float.CreateTruncating(TokenHead<T, TLanes>.LogProb(outputs[token], logSum, _inverseTemperature)));
    }

    /// <summary>
    /// Reads the tokens not read yet (first the prompts, then one token each) and leaves the outputs after the last in the tape.
    /// </summary>
    private void Advance(int from, int count, int t, KeyValueCache<T> cache, Tape<T> tape, NativeBuffer<T> scratch)
    {
        var weights = _network.Weights;
        var layout = weights.Layout;
        int stride = layout.WidthStride, last = layout.Shape.Layers - 1, rows = 0;
        for (int i = 0; i < count; i++)
        {
            var (first, end) = Unread(from + i, t);
            int start = _batch.Offsets[from + i];
            for (int position = first; position < end; position++, rows++)
                ForwardPass<T, TLanes>.Embed(weights, _tokens[start + position], position, tape.Input(0) + (nint)rows * stride);
        }
        for (int block = 0; block <= last; block++)
        {
            var at = layout.Blocks[block];
            T* residual = tape.Input(block), normed = tape.Normed(block), keyValue = tape.KeyValue(block);
            ForwardPass<T, TLanes>.Norm(weights, at.AttentionNorm, rows, residual, normed, tape.InputMoments(block));
            ForwardPass<T, TLanes>.Linear(weights, at.KeyValue, rows, normed, stride, keyValue, layout.KeyValueStride);
            ForwardPass<T, TLanes>.NormalizeHeads(weights, at.KeyNorm, rows, layout.Shape.KeyValueHeads, keyValue,
                layout.KeyValueStride,
                tape.RawKey(block), tape.KeyMoments(block));
            Turn(from, count, t, lastOnly: false, layout.Shape.KeyValueHeads, keyValue, layout.KeyValueStride);
            Remember(from, count, t, block, keyValue, cache);
            bool select = block == last && rows > count;
            if (select)
            {
                GatherLast(from, count, t, normed, tape.SelectedNormed, stride);
                GatherLast(from, count, t, residual, tape.SelectedInput, stride);
                rows = count;
                normed = tape.SelectedNormed;
                residual = tape.SelectedInput;
            }
            ForwardPass<T, TLanes>.Linear(weights, at.Query, rows, normed, stride, tape.Query(block), layout.AttentionStride);
            ForwardPass<T, TLanes>.NormalizeHeads(weights, at.QueryNorm, rows, layout.Shape.Heads, tape.Query(block),
                layout.AttentionStride,
                tape.RawQuery(block), tape.QueryMoments(block));
            Turn(from, count, t, select, layout.Shape.Heads, tape.Query(block), layout.AttentionStride);
            Attend(from, count, t, block, select, tape, cache, scratch);
            ForwardPass<T, TLanes>.FeedForward(weights, at, rows, tape.Attended(block), residual, tape.Middle(block),
                tape.MiddleNormed(block),
                tape.MiddleMoments(block), tape.Hidden(block), tape.Gate(block), null, block == last ? tape.Final
                    : tape.Input(block + 1));
        }
        ForwardPass<T, TLanes>.Heads(weights, count, tape.Final, tape.FinalNormed, tape.FinalMoments, tape.Outputs);
    }

    /// <summary>Positions of a sequence that the network reads before token t is drawn.</summary>
    private (int First, int End) Unread(int sequence, int t)
    {
        int prompt = _prompts.PromptLengths[sequence];
        return t == 0 ? (0, prompt) : (prompt + t - 1, prompt + t);
    }

    private void Turn(int from, int count, int t, bool lastOnly, int heads, T* x, int stride)
    {
        if (_network.Weights.Rotation is not { } rotation) return;
        for (int i = 0; i < count; i++)
        {
            var (first, end) = Unread(from + i, t);
            if (lastOnly) first = end - 1;
            rotation.Turn<TLanes>(end - first, first, heads, _network.Layout.HeadStride, x, stride);
            x += (nint)(end - first) * stride;
        }
    }

    private void Remember(int from, int count, int t, int block, T* keyValue, KeyValueCache<T> cache)
    {
        var layout = _network.Layout;
        for (int i = 0; i < count; i++)
        {
            var (first, end) = Unread(from + i, t);
            for (int position = first; position < end; position++, keyValue += layout.KeyValueStride)
                cache.Add(block, i, position, keyValue);
        }
    }

    private void Attend(int from, int count, int t, int block, bool lastOnly, Tape<T> tape, KeyValueCache<T> cache,
        NativeBuffer<T> scratch)
    {
        var layout = _network.Layout;
        int heads = layout.Shape.Heads, group = heads / layout.Shape.KeyValueHeads, width = layout.Shape.HeadWidth, padded =
            layout.HeadStride;
        T* query = tape.Query(block), attended = tape.Attended(block), work = scratch.Ensure(Math.Max(
            Attention<T, TLanes>.ForwardScratch(cache.KeyStride), AttentionStep<T, TLanes>.Scratch(heads, cache.KeyStride)));
        for (int i = 0; i < count; i++)
        {
            var (first, end) = Unread(from + i, t);
            if (lastOnly) first = end - 1;
            int queries = end - first;
            if (queries == 1)
            {
                AttentionStep<T, TLanes>.Forward(heads, group, end, width, padded, query, cache.Keys(block, i, 0),
                    width * cache.KeyStride, cache.KeyStride, cache.Values(block, i, 0), cache.ValueStride, attended,
                    tape.Softmax(block), work);
            }
            else
            {
                for (int head = 0; head < heads; head++)
                {
                    int at = head * padded;
                    Attention<T, TLanes>.Forward(queries, first, width, padded, query + at, layout.AttentionStride,
                        cache.Keys(block, i, head / group), cache.KeyStride, cache.Values(block, i, head / group),
                            cache.ValueStride,
                        attended + at, layout.AttentionStride, null, 0, work, _network.Weights.Zeros);
                }
            }
            query += (nint)queries * layout.AttentionStride;
            attended += (nint)queries * layout.AttentionStride;
        }
    }

    private void GatherLast(int from, int count, int t, T* source, T* target, int stride)
    {
        for (int i = 0; i < count; i++, target += stride)
        {
            var (first, end) = Unread(from + i, t);
            source += (nint)(end - first) * stride;
            Buffer.MemoryCopy(source - stride, target, stride * sizeof(T), stride * sizeof(T));
        }
    }
}
