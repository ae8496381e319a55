using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>The parameters of a network, their gradients and the moments of the optimizer, each in one buffer.</summary>
internal sealed unsafe class Weights<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    private readonly NativeBuffer<T> _values = new(), _gradients = new(), _transposed = new(), _zeros = new();
    private readonly NativeBuffer<ushort> _narrow = new();
    private readonly (LinearLayout Linear, int Panel)[] _transposePieces;
    private readonly Action<int, int> _transposePiece, _mirrorPiece, _untiePiece;
    private readonly int _mirrorPieces;
    private bool _transposesAreOld = true;

    /// <summary>All parameters zero.</summary>
    public Weights(NetworkLayout layout, WorkerPool pool)
    {
        (Layout, Pool) = (layout, pool);
        _values.Ensure(layout.Length + layout.MirrorLength);
        if (layout.IsNarrow) _narrow.Ensure(layout.NarrowLength);
        _zeros.Ensure(layout.Panel);
        Optimizer = new(layout, pool);
        var pieces = new List<(LinearLayout, int)>();
        foreach (var linear in Linears(layout))
            for (int panel = 0; panel * layout.Panel < linear.Inputs; panel++) pieces.Add((linear, panel));
        _transposePieces = [.. pieces];
        _mirrorPieces = layout.MirrorLength > 0 ? (layout.Shape.Vocabulary + layout.Panel - 1) / layout.Panel : 0;
        (_transposePiece, _mirrorPiece, _untiePiece) = (TransposePiece, MirrorPiece, UntiePiece);
        Rotation = layout.Shape.Rotary is { } rotary ? new(rotary) : null;
    }

    public NetworkLayout Layout { get; }

    public WorkerPool Pool { get; }

    /// <summary>How queries and keys turn with their positions; null where positions are embeddings.</summary>
    public Rotation<T>? Rotation { get; }

    /// <summary>What moves the parameters.</summary>
    public AdamW<T, TLanes> Optimizer { get; }

    /// <summary>All parameters; of a narrow network the vectors.</summary>
    public T* Values => _values.Data;

    /// <summary>Matrices and tables of a narrow network, in bfloat16.</summary>
    public ushort* Narrow => _narrow.Data;

    /// <summary>The gradients, laid out as the parameters; zero until something is added.</summary>
    /// <exception cref="NotSupportedException">The network is narrow.</exception>
    public T* Gradients
    {
        get
        {
            RequireWide();
            return _gradients.Ensure(Layout.Length + Layout.MirrorLength);
        }
    }

    /// <summary>The transposes of the matrices, as of <see cref="RefreshTransposes"/>.</summary>
    public T* Transposed => _transposed.Data;

    /// <summary>The memory held, that of the optimizer included, in bytes.</summary>
    public long Bytes => _values.Bytes + _narrow.Bytes + _gradients.Bytes + _transposed.Bytes + _zeros.Bytes + Optimizer.Bytes
        + (Rotation?.Bytes ?? 0);

    /// <summary>A panel of zeros: what a product without bias starts from.</summary>
    public T* Zeros => _zeros.Data;

    /// <summary>Sets first values.</summary>
    public void Initialize(Initialization initialization)
    {
        foreach (var (parameter, offset) in Layout.Parameters)
        {
            var value = initialization.Values(parameter);
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    Set(parameter, offset(row, column), T.CreateTruncating(value(i)));
        }
        Changed();
    }

    /// <summary>One number of a parameter.</summary>
    public T Get(NetworkParameter parameter, long offset) => Layout.IsNarrow && !parameter.IsVector
        ? NarrowProduct<T, TLanes>.Wide(Narrow[offset]) : Values[offset];

    /// <summary>Sets one number of a parameter; a narrow network rounds those of matrices and tables.</summary>
    public void Set(NetworkParameter parameter, long offset, T value)
    {
        if (Layout.IsNarrow && !parameter.IsVector) Narrow[offset] = NarrowProduct<T, TLanes>.Round(value);
        else Values[offset] = value;
    }

    /// <summary>Sets a parameter.</summary>
    /// <param name="stored">The parameter.</param>
    /// <param name="values">Its numbers, row after row.</param>
    public void Set(StoredParameter stored, ReadOnlySpan<T> values)
    {
        var (parameter, offset) = stored;
        int columns = parameter.Columns;
        bool isNarrow = Layout.IsNarrow && !parameter.IsVector;
        for (int row = 0; row < parameter.Rows; row++, values = values[columns..])
        {
            long first = offset(row, 0), step = columns == 1 ? 1 : offset(row, 1) - first;
            // Heads that are padded put gaps between columns; elsewhere one step leads from each to the next.
            if (offset(row, columns - 1) != first + step * (columns - 1))
            {
                for (int column = 0; column < columns; column++) Set(parameter, offset(row, column), values[column]);
            }
            else if (isNarrow)
            {
                ushort* at = Narrow + first;
                for (int column = 0; column < columns; column++, at += step) *at = NarrowProduct<T, TLanes>.Round(values[column]);
            }
            else
            {
                T* at = Values + first;
                for (int column = 0; column < columns; column++, at += step) *at = values[column];
            }
        }
    }

    /// <summary>Faults what a narrow network cannot do.</summary>
    /// <exception cref="NotSupportedException">The network is narrow.</exception>
    public void RequireWide() => EngineChecks.RequireTrainable(Layout.IsNarrow);

    /// <summary>Takes the values of another network of the same layout.</summary>
    public void CopyFrom(Weights<T, TLanes> other)
    {
        Buffer.MemoryCopy(other.Values, Values, Layout.Length * sizeof(T), Layout.Length * sizeof(T));
        if (Layout.IsNarrow)
            Buffer.MemoryCopy(other.Narrow, Narrow, Layout.NarrowLength * sizeof(ushort), Layout.NarrowLength * sizeof(ushort));
        Changed();
    }

    /// <summary>The lowest block that is trained; the embeddings are where it is the first.</summary>
    public int FirstTrained { get; private set; }

    /// <summary>Whether the token head is kept as it is, because it is the table of embeddings, which is.</summary>
    public bool KeepsTokenHead => FirstTrained > 0 && Layout.IsTied;

    /// <summary>Keeps the embeddings and some of the lowest blocks as they are; none trains everything again.</summary>
    public void Freeze(int blocks)
    {
        RequireWide();
        FirstTrained = blocks;
        long head = Layout.Head.Weight;
        Optimizer.Kept = KeepsTokenHead ? (head, head + (long)WholeTokenPanels * Layout.Panel * Layout.Head.Inputs) : default;
        Optimizer.TrainedFrom = blocks == 0 ? 0 : blocks == Layout.Blocks.Length ? Layout.FinalNorm.Gain
            : Layout.Blocks[blocks].Begin;
    }

    /// <summary>Makes the gradients zero.</summary>
    public void DropGradients()
    {
        if (!Layout.IsNarrow) NativeMemory.Clear(Gradients, (nuint)(Layout.Length + Layout.MirrorLength) * (nuint)sizeof(T));
    }

    /// <summary>Says that <see cref="Values"/> was written to.</summary>
    public void Changed()
    {
        _transposesAreOld = true;
        Pool.For(_mirrorPieces, _mirrorPiece);
    }

    /// <summary>
    /// Where the head is the table of embeddings: adds the gradients that came by the embeddings to those that came by the head.
    /// They wait apart until the step, so that the bits do not depend on how a batch was split.
    /// </summary>
    public void JoinTiedGradients()
    {
        _ = Gradients;
        Pool.For(_mirrorPieces, _untiePiece);
    }

    /// <summary>One step of the optimizer; gradients are then zero.</summary>
    /// <returns>The norm of the gradient before clipping.</returns>
    /// <exception cref="NotSupportedException">The network is narrow.</exception>
    public double Step(AdamWOptions options, double learningRate)
    {
        RequireWide();
        JoinTiedGradients();
        T[] tokens = KeepsTokenHead ? LastTokens([]) : [];
        double norm = Optimizer.Step(options, learningRate, Values, Gradients);
        _ = LastTokens(tokens);
        Changed();
        return norm;
    }

    private int WholeTokenPanels => Layout.Shape.Vocabulary / Layout.Panel;

    /// <summary>The tokens that share the last panel of the head with the value: read, or written again after a step in which
    /// weight decay passed over them.</summary>
    private T[] LastTokens(T[] again)
    {
        if (FirstTrained == 0 || !Layout.IsTied) return [];
        int panel = Layout.Panel, inputs = Layout.Head.Inputs, tokens = Layout.Shape.Vocabulary % panel;
        T* at = Values + Layout.Head.Weight + (nint)WholeTokenPanels * panel * inputs;
        var values = new T[inputs * tokens];
        for (int row = 0, i = 0; row < inputs; row++)
        {
            for (int token = 0; token < tokens; token++, i++)
            {
                if (again.Length > 0) at[(nint)row * panel + token] = again[i];
                values[i] = at[(nint)row * panel + token];
            }
        }
        return values;
    }

    /// <summary>Brings <see cref="Transposed"/> up to date with the weights.</summary>
    public void RefreshTransposes()
    {
        if (!_transposesAreOld) return;
        _transposed.Ensure(Layout.TransposedLength);
        Pool.For(_transposePieces.Length, _transposePiece);
        _transposesAreOld = false;
    }

    public void Dispose()
    {
        _values.Dispose();
        _narrow.Dispose();
        _gradients.Dispose();
        _transposed.Dispose();
        _zeros.Dispose();
        Optimizer.Dispose();
        Rotation?.Dispose();
    }

    private static IEnumerable<LinearLayout> Linears(NetworkLayout layout) =>
        layout.Blocks.SelectMany(static block => block.Gate is null ? new[] { block.Query, block.KeyValue, block.Output,
            block.Up, block.Down }
            : [block.Query, block.KeyValue, block.Output, block.Gate, block.Up, block.Down]).Append(layout.Head);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransposePiece(int piece, int worker)
    {
        var (linear, part) = _transposePieces[piece];
        int panel = Layout.Panel, from = part * panel, to = Math.Min(linear.Inputs, from + panel);
        T* target = Transposed + linear.Transposed + (nint)part * linear.Outputs * panel;
        for (int column = 0; column < linear.Outputs; column += panel, target += (nint)panel * panel)
        {
            T* source = Values + linear.Weight + (nint)(column / panel) * linear.Inputs * panel + (nint)from * panel;
            // The next block is a page that no prefetcher knows of.
            byte* next = (byte*)(source + (nint)linear.Inputs * panel);
            for (int at = 0; at < (to - from) * panel * sizeof(T); at += CacheLine.Bytes) CacheLine.Fetch(next + at);
            Transpose(to - from, Math.Min(panel, linear.Outputs - column), source, panel, target, panel);
        }
    }

    /// <summary>target = sourceᵀ: rows of source become columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(int rows, int columns, T* source, nint sourceStride, T* target, nint targetStride)
    {
        int n = TLanes.Count, wholeRows = rows / n * n, wholeColumns = columns / n * n;
        for (int row = 0; row < wholeRows; row += n)
            for (int column = 0; column < wholeColumns; column += n)
                TLanes.Transpose(source + row * sourceStride + column, sourceStride, target + column * targetStride + row,
                    targetStride);
        for (int row = 0; row < rows; row++)
            for (int column = row < wholeRows ? wholeColumns : 0; column < columns; column++)
                target[column * targetStride + row] = source[row * sourceStride + column];
    }

    /// <summary>One panel of the head becomes as many rows of the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MirrorPiece(int piece, int worker)
    {
        int panel = Layout.Panel, inputs = Layout.Head.Inputs, tokens = Math.Min(panel, Layout.Shape.Vocabulary - piece * panel);
        int stride = (inputs + panel - 1) / panel * panel;
        Transpose(inputs, tokens, Values + Layout.Head.Weight + (nint)piece * inputs * panel, panel,
            Values + Layout.TokenEmbedding + (nint)piece * panel * stride, stride);
    }

    /// <summary>The gradients of as many rows of the table go to one panel of the head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UntiePiece(int piece, int worker)
    {
        int panel = Layout.Panel, inputs = Layout.Head.Inputs, tokens = Math.Min(panel, Layout.Shape.Vocabulary - piece * panel);
        int stride = (inputs + panel - 1) / panel * panel;
        T* head = _gradients.Data + Layout.Head.Weight + (nint)piece * inputs * panel,
            row = _gradients.Data + Layout.TokenEmbedding + (nint)piece * panel * stride;
        for (int token = 0; token < tokens; token++, row += stride)
        {
            // Few tokens of a large vocabulary are in a batch.
            if (!new ReadOnlySpan<byte>(row, inputs * sizeof(T)).ContainsAnyExcept((byte)0)) continue;
            for (int j = 0; j < inputs; j++)
            {
                head[(nint)j * panel + token] += row[j];
                row[j] = T.Zero;
            }
        }
    }
}
