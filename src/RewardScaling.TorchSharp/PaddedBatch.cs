using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>
/// Some sequences of a batch side by side, padded to the longest, with the rows at which a network's outputs are asked for. The
/// padding stands behind what attention may look at, so its content does not matter.
/// </summary>
internal sealed class PaddedBatch
{
    private readonly int[] _first, _count;
    private readonly bool _even;
    private readonly Device _device;
    private readonly Tensor? _indices;

    /// <summary>Lays sequences out.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sequences">Which of its sequences.</param>
    /// <param name="readout">Says how many tokens of a sequence the network reads, and which of those rows are asked for.</param>
    /// <param name="device">Where the tensors are made.</param>
    public PaddedBatch(TokenBatch batch, int[] sequences, Readout readout, Device device)
    {
        (_device, Batch, Sequences) = (device, batch, sequences);
        (_first, _count) = (new int[sequences.Length], new int[sequences.Length]);
        var lengths = new int[sequences.Length];
        for (int i = 0; i < sequences.Length; i++) (lengths[i], _first[i], _count[i]) = readout.Rows(batch, sequences[i]);
        (Count, Length, Selected) = (sequences.Length, lengths.Max(), _count.Sum());
        _even = _first.Distinct().Count() == 1 && _count.Distinct().Count() == 1;
        EndsTogether = _even && _count[0] == 1 && _first[0] == Length - 1 && lengths.All(length => length == Length);
        var padded = new long[(long)Count * Length];
        for (int i = 0; i < Count; i++)
        {
            var tokens = batch.Sequence(sequences[i])[..lengths[i]];
            for (int t = 0; t < tokens.Length; t++) padded[(long)i * Length + t] = tokens[t];
        }
        Tokens = tensor(padded, [Count, Length], device: device);
        if (!_even) _indices = tensor(Indices(), device: device);
    }

    /// <summary>The batch the sequences are of.</summary>
    public TokenBatch Batch { get; }

    /// <summary>Which of its sequences are here.</summary>
    public IReadOnlyList<int> Sequences { get; }

    /// <summary>The number of sequences.</summary>
    public int Count { get; }

    /// <summary>The tokens of the longest.</summary>
    public int Length { get; }

    /// <summary>The number of rows asked for.</summary>
    public int Selected { get; }

    /// <summary>Whether one row is asked for, the last, and all sequences end together: then it may see everything.</summary>
    public bool EndsTogether { get; }

    /// <summary>[count, length], 64-bit.</summary>
    public Tensor Tokens { get; }

    /// <summary>The rows asked for, sequence after sequence: [count, length, width] to [selected, width].</summary>
    public Tensor Select(Tensor states)
    {
        long width = states.shape[2];
        return _indices is null ? states.narrow(1, _first[0], _count[0]).reshape(-1, width)
            : states.reshape(-1, width).index_select(0, _indices);
    }

    /// <summary>The mean over the rows asked for of each sequence: [selected] to [count].</summary>
    public Tensor Mean(Tensor values)
    {
        if (_even) return values.view(Count, _count[0]).mean([1]);
        var owners = new long[Selected];
        for (int i = 0, at = 0; i < Count; at += _count[i++]) owners.AsSpan(at, _count[i]).Fill(i);
        var counts = tensor(Array.ConvertAll(_count, static count => (float)count), device: _device);
        return zeros(Count, ScalarType.Float32, _device).index_add(0, tensor(owners, device: _device), values, 1).div(counts);
    }

    private long[] Indices()
    {
        var indices = new long[Selected];
        for (int i = 0, at = 0; i < Count; i++)
            for (int row = 0; row < _count[i]; row++) indices[at++] = (long)i * Length + _first[i] + row;
        return indices;
    }
}
