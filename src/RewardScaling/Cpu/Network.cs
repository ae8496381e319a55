using System.Numerics;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>
/// What policy and reward model share: weights, activations, the checks of a batch, and the two passes over it.
/// </summary>
internal sealed class Network<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    private readonly SelectedRows _select;
    private readonly Tape<T>[] _workerTapes;
    private readonly NativeBuffer<T>[] _scratch;
    private readonly Action<int, int> _trainChunk, _evaluateChunk;
    private readonly BackwardPass<T, TLanes> _backward;
    private Action<int, int, int> _read = static (_, _, _) => { };

    /// <summary>A network whose parameters are zero.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="heads">Names and outputs of the heads.</param>
    /// <param name="select">Where outputs are needed.</param>
    /// <param name="pool">Who works.</param>
    /// <param name="isNarrow">Whether matrices and tables are kept in bfloat16, to be read only.</param>
    public Network(TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads, SelectedRows select, WorkerPool pool,
        bool isNarrow = false)
    {
        _select = select;
        unsafe
        {
            Layout = new(shape, heads, TLanes.Count, sizeof(T), isNarrow);
        }
        Weights = new(Layout, pool);
        Tape = new(Layout);
        _workerTapes = [.. Enumerable.Range(0, pool.Workers).Select(_ => new Tape<T>(Layout))];
        _scratch = [.. Enumerable.Range(0, pool.Workers).Select(static _ => new NativeBuffer<T>())];
        _backward = new(Weights, _scratch);
        (_trainChunk, _evaluateChunk) = (TrainChunk, EvaluateChunk);
    }

    public NetworkLayout Layout { get; }

    public Weights<T, TLanes> Weights { get; }

    /// <summary>The activations of the last <see cref="Forward"/>.</summary>
    public Tape<T> Tape { get; }

    /// <summary>The batch being worked on.</summary>
    public BatchPlan Plan { get; } = new();

    /// <summary>Whether <see cref="Forward"/> was called and its <see cref="Backward"/> not yet.</summary>
    public bool HasTape { get; private set; }

    /// <summary>The memory held outside the managed heap, in bytes; docs/performance.md bounds it by a formula.</summary>
    public long Bytes => Weights.Bytes + Tape.Bytes + _backward.Bytes + _workerTapes.Sum(static tape => tape.Bytes)
        + _scratch.Sum(static scratch => scratch.Bytes);

    /// <summary>Memory that one worker may use for anything.</summary>
    public NativeBuffer<T> Scratch(int worker) => _scratch[worker];

    /// <summary>The activations one worker used last.</summary>
    public Tape<T> WorkerTape(int worker) => _workerTapes[worker];

    /// <summary>Faults a batch this network cannot read.</summary>
    /// <param name="batch">The batch.</param>
    /// <exception cref="ArgumentException">A sequence too long, or a token outside the vocabulary.</exception>
    public void Check(TokenBatch batch) => EngineChecks.RequireReadable(Layout.Shape, batch);

    /// <summary>Runs the network on a batch and keeps everything for <see cref="Backward"/>.</summary>
    /// <param name="batch">The batch, checked.</param>
    /// <param name="read">Called for each chunk with (chunk, worker, selected row in the tape where the chunk begins).</param>
    public void Forward(TokenBatch batch, Action<int, int, int> read)
    {
        HasTape = false;
        Plan.Build(batch, _select, Weights.Pool.Workers, Layout.IsLarge);
        Weights.Rotation?.Ensure(Plan.Longest);
        Tape.Ensure(Plan.Rows, keeps: true);
        _read = read;
        Weights.Pool.For(Plan.Chunks, _trainChunk);
        HasTape = true;
    }

    /// <summary>Runs the network on a batch; each chunk's activations are there only while it is read.</summary>
    /// <param name="batch">The batch, checked.</param>
    /// <param name="read">Called for each chunk with (chunk, worker, 0); outputs are in the worker's tape.</param>
    public void Evaluate(TokenBatch batch, Action<int, int, int> read)
    {
        HasTape = false;
        Plan.Build(batch, _select, Weights.Pool.Workers, Layout.IsLarge);
        Weights.Rotation?.Ensure(Plan.Longest);
        _read = read;
        Weights.Pool.For(Plan.Chunks, _evaluateChunk);
    }

    /// <summary>Runs one chunk of another network's plan with this network, into this network's tape of the worker.</summary>
    public void EvaluateChunk(BatchPlan plan, int chunk, int worker)
    {
        int from = plan.ChunkStart[chunk];
        _workerTapes[worker].Ensure(plan.LargestChunk, keeps: false);
        ForwardPass<T, TLanes>.Run(Weights, plan, from, plan.ChunkStart[chunk + 1], _workerTapes[worker], plan.RowStart[from],
            plan.SelectedStart[from],
            _scratch[worker]);
    }

    /// <summary>Adds to the gradients; <see cref="Tape{T}.Outputs"/> holds ∂loss/∂outputs.</summary>
    public void Backward()
    {
        Weights.RequireWide();
        HasTape = false;
        _backward.Run(Plan, Tape);
    }

    /// <summary>Faults a backward pass without a forward pass.</summary>
    /// <exception cref="InvalidOperationException">No forward pass.</exception>
    public void RequireTape()
    {
        if (!HasTape) throw new InvalidOperationException("Backward needs a Forward before it, with nothing between them.");
    }

    /// <summary>Makes the next backward pass wait for a forward pass: the weights are no longer those of the last one.</summary>
    public void DropTape() => HasTape = false;

    public void Dispose()
    {
        Weights.Dispose();
        Tape.Dispose();
        _backward.Dispose();
        foreach (var tape in _workerTapes) tape.Dispose();
        foreach (var scratch in _scratch) scratch.Dispose();
    }

    private void TrainChunk(int chunk, int worker)
    {
        int from = Plan.ChunkStart[chunk];
        ForwardPass<T, TLanes>.Run(Weights, Plan, from, Plan.ChunkStart[chunk + 1], Tape, 0, 0, _scratch[worker]);
        _read(chunk, worker, Plan.SelectedStart[from]);
    }

    private void EvaluateChunk(int chunk, int worker)
    {
        EvaluateChunk(Plan, chunk, worker);
        _read(chunk, worker, 0);
    }
}
