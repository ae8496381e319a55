using System.Runtime.InteropServices;
using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>
/// The way there and the way back over a batch, in pieces that fit into memory. A batch of one piece keeps its graph; the pieces
/// of a larger one are computed again on the way back, one at a time.
/// </summary>
internal sealed class Passes(TokenNetwork network, Readout readout) : IDisposable
{
    private readonly PieceSizes _sizes = new(network);
    private float[] _results = [];
    private TokenBatch? _batch;
    private int _items;
    private double _temperature;
    private Tensor? _graph;
    private int[] _order = [];
    private int _longest;

    /// <summary>Faults a way back without a way there, or with another number of derivatives than it gave items.</summary>
    /// <exception cref="InvalidOperationException">No forward pass.</exception>
    /// <exception cref="NotSupportedException">The network is kept in bfloat16.</exception>
    public void RequireWaiting(int items, string name)
    {
        EngineChecks.RequireTrainable(network.Weights.IsNarrow);
        if (_batch is null) throw new InvalidOperationException("Backward needs a Forward before it, with nothing between them.");
        EngineChecks.RequireLength(items, _items, name);
    }

    /// <summary>Outputs of a batch, [width, items]; valid until the next call.</summary>
    /// <param name="batch">The batch, checked.</param>
    /// <param name="temperature">Logits are divided by this.</param>
    /// <param name="keep">Whether <see cref="Backward"/> will follow.</param>
    public ReadOnlySpan<float> Forward(TokenBatch batch, double temperature, bool keep)
    {
        Forget();
        using var scope = NewDisposeScope();
        (_items, _temperature) = (Items(batch), temperature);
        int numbers = readout.Width * _items;
        if (_results.Length < numbers) _results = new float[numbers];
        _results.AsSpan(0, numbers).Clear();
        bool inOnePiece = false;
        _sizes.Run(batch, readout, sequences =>
        {
            inOnePiece = keep && !network.Engine.Options.Checkpointing && sequences.Length == _sizes.Working;
            using var piece = NewDisposeScope();
            using var mode = set_grad_enabled(inOnePiece);
            var read = Read(batch, sequences, inOnePiece);
            Scatter(read, batch, sequences);
            if (!inOnePiece) return;
            _graph = read.DetachFromDisposeScope();
            (_order, _longest) = (sequences, readout.Rows(batch, sequences[^1]).Length);
        });
        if (keep) _batch = batch;
        return _results.AsSpan(0, numbers);
    }

    /// <summary>Adds to the gradients, from the derivatives of the loss by the outputs of the last kept batch.</summary>
    /// <param name="slopes">[width, items].</param>
    public void Backward(ReadOnlySpan<float> slopes)
    {
        var batch = _batch!;
        float[] kept = slopes.ToArray();
        try
        {
            using var scope = NewDisposeScope();
            if (_graph is not null)
            {
                try
                {
                    network.Weights.Add(network.Differentiate(_graph, Gather(kept, batch, _order)));
                    return;
                }
                catch (ExternalException fault) when (PieceSizes.IsOutOfMemory(fault))
                {
                    _graph.Dispose();
                    _graph = null;
                    _sizes.Halve(_order.Length, _order.Length * _longest, fault);
                }
            }
            _sizes.Run(batch, readout, sequences =>
            {
                using var piece = NewDisposeScope();
                using var mode = set_grad_enabled(true);
                network.Weights.Add(network.Gradients(Padded(batch, sequences),
                    (heads, padded) => readout.Read(heads, padded, _temperature), Gather(kept, batch, sequences)));
            });
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>Drops what was kept for the way back.</summary>
    public void Forget()
    {
        _graph?.Dispose();
        (_graph, _batch) = (null, null);
    }

    public void Dispose() => Forget();

    private PaddedBatch Padded(TokenBatch batch, int[] sequences) =>
        new(batch, sequences, readout, network.Engine.Device);

    private Tensor Read(TokenBatch batch, int[] sequences, bool graph)
    {
        var padded = Padded(batch, sequences);
        return readout.Read(network.Heads(padded, graph), padded, _temperature);
    }

    private int Items(TokenBatch batch)
    {
        var (from, count) = readout.Items(batch, batch.Count - 1);
        return from + count;
    }

    // From [width, items of some sequences] to the places of those items in the whole.
    private void Scatter(Tensor read, TokenBatch batch, int[] sequences)
    {
        var host = read.detach().cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, float>(host.bytes);
        int items = values.Length / readout.Width, at = 0;
        foreach (int sequence in sequences)
        {
            var (from, count) = readout.Items(batch, sequence);
            for (int row = 0; row < readout.Width; row++)
                values.Slice(row * items + at, count).CopyTo(_results.AsSpan(row * _items + from));
            at += count;
        }
    }

    private Tensor Gather(float[] slopes, TokenBatch batch, int[] sequences)
    {
        int items = sequences.Sum(sequence => readout.Items(batch, sequence).Count), at = 0;
        var gathered = new float[readout.Width * items];
        foreach (int sequence in sequences)
        {
            var (from, count) = readout.Items(batch, sequence);
            for (int row = 0; row < readout.Width; row++)
                slopes.AsSpan(row * _items + from, count).CopyTo(gathered.AsSpan(row * items + at));
            at += count;
        }
        return tensor(gathered, [readout.Width, items], device: network.Engine.Device);
    }
}
