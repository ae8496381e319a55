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
    private readonly (LinearLayout Linear, int Panel)[] _transposePieces;
    private readonly Action<int, int> _transposePiece;
    private bool _transposesAreOld = true;

    /// <summary>All parameters zero.</summary>
    public Weights(NetworkLayout layout, WorkerPool pool)
    {
        (Layout, Pool) = (layout, pool);
        _values.Ensure(layout.Length);
        _zeros.Ensure(layout.Panel);
        Optimizer = new(layout, pool);
        var pieces = new List<(LinearLayout, int)>();
        foreach (var linear in Linears(layout))
            for (int panel = 0; panel * layout.Panel < linear.Inputs; panel++) pieces.Add((linear, panel));
        _transposePieces = [.. pieces];
        _transposePiece = TransposePiece;
    }

    public NetworkLayout Layout { get; }

    public WorkerPool Pool { get; }

    /// <summary>What moves the parameters.</summary>
    public AdamW<T, TLanes> Optimizer { get; }

    /// <summary>All parameters.</summary>
    public T* Values => _values.Data;

    /// <summary>The gradients, laid out as the parameters; zero until something is added.</summary>
    public T* Gradients => _gradients.Ensure(Layout.Length);

    /// <summary>The transposes of the matrices, as of <see cref="RefreshTransposes"/>.</summary>
    public T* Transposed => _transposed.Data;

    /// <summary>The memory held, that of the optimizer included, in bytes.</summary>
    public long Bytes => _values.Bytes + _gradients.Bytes + _transposed.Bytes + _zeros.Bytes + Optimizer.Bytes;

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
                    Values[offset(row, column)] = T.CreateTruncating(value(i));
        }
        _transposesAreOld = true;
    }

    /// <summary>Takes the values of another network of the same layout.</summary>
    public void CopyFrom(Weights<T, TLanes> other)
    {
        Buffer.MemoryCopy(other.Values, Values, Layout.Length * sizeof(T), Layout.Length * sizeof(T));
        _transposesAreOld = true;
    }

    /// <summary>Makes the gradients zero.</summary>
    public void DropGradients() => NativeMemory.Clear(Gradients, (nuint)Layout.Length * (nuint)sizeof(T));

    /// <summary>Says that <see cref="Values"/> was written to.</summary>
    public void Changed() => _transposesAreOld = true;

    /// <summary>One step of the optimizer; gradients are then zero.</summary>
    /// <returns>The norm of the gradient before clipping.</returns>
    public double Step(AdamWOptions options, double learningRate)
    {
        double norm = Optimizer.Step(options, learningRate, Values, Gradients);
        _transposesAreOld = true;
        return norm;
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
        _gradients.Dispose();
        _transposed.Dispose();
        _zeros.Dispose();
        Optimizer.Dispose();
    }

    private static IEnumerable<LinearLayout> Linears(NetworkLayout layout) =>
        layout.Blocks.SelectMany(static block => new[] { block.Query, block.KeyValue, block.Output, block.Up,
        block.Down }).Append(layout.Head);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransposePiece(int piece, int worker)
    {
        var (linear, part) = _transposePieces[piece];
        int panel = Layout.Panel, from = part * panel, to = Math.Min(linear.Inputs, from + panel);
        T* target = Transposed + linear.Transposed + (nint)part * linear.Outputs * panel;
        for (int column = 0; column < linear.Outputs; column++, target += panel)
        {
            T* source = Values + linear.Weight + (nint)(column / panel) * linear.Inputs * panel + column % panel;
            for (int row = from; row < to; row++) target[row - from] = source[(nint)row * panel];
        }
    }
}
