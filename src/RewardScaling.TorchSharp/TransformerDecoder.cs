using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace RewardScaling.TorchSharp;

/// <summary>
/// Sequences that grow together, with the keys and values of earlier tokens kept in room made once: each token costs one row.
/// </summary>
/// <remarks>
/// Prompts of different lengths stand at the right, padding before them, so that all sequences write to the same place. What
/// padding leaves in the cache is hidden by a mask; each row of padding sees itself, so that nothing becomes NaN.
/// </remarks>
internal sealed class TransformerDecoder : IDecoder
{
    private readonly Transformer _network;
    private readonly Tensor[] _weights, _keys, _values;
    private readonly Tensor? _mask, _shift;
    private long _position;

    /// <summary>Makes room.</summary>
    public TransformerDecoder(Transformer network, int sequences, int[]? padding, int length)
    {
        _network = network;
        var (shape, device) = (network.Shape, network.Engine.Device);
        _weights = network.Weights.Use(graph: false);
        using var scope = NewDisposeScope();
        long[] room = [sequences, shape.Heads, length, shape.HeadWidth];
        Tensor Room() => empty(room, _weights[0].dtype, device).MoveToOuterDisposeScope();
        _keys = [.. Enumerable.Range(0, shape.Layers).Select(_ => Room())];
        _values = [.. Enumerable.Range(0, shape.Layers).Select(_ => Room())];
        if (padding is null) return;
        _shift = tensor(Array.ConvertAll(padding, static count => (long)count), [sequences, 1], device: device);
        var columns = arange(length, ScalarType.Int64, device).view(1, 1, 1, length);
        var rows = columns.view(1, 1, length, 1);
        var seen = columns.ge(_shift.view(sequences, 1, 1, 1)).logical_and(columns.le(rows)).logical_or(columns.eq(rows));
        _mask = zeros(seen.shape, _weights[0].dtype, device).masked_fill(seen.logical_not(), double.NegativeInfinity)
            .MoveToOuterDisposeScope();
        _shift.MoveToOuterDisposeScope();
    }

    public Tensor[] Next(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        long count = tokens.shape[1], from = _position;
        _position += count;
        var x = Transformer.Embed(tokens, _weights[0]).add_(Positions(from, count));
        for (int block = 0; block < _keys.Length; block++)
        {
            var next = Block(block, x, from, count);
            x.Dispose();
            x = next;
        }
        return Array.ConvertAll(_network.Outputs(_weights, x.view(-1, _network.Shape.Width)),
            static output => output.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[.. _keys, .. _values, _mask, _shift]) tensor?.Dispose();
    }

    private Tensor Positions(long from, long count)
    {
        if (_shift is null) return _weights[1].narrow(0, from, count);
        var positions = arange(from, from + count, ScalarType.Int64, _shift.device).view(1, count).sub(_shift).clamp_min(0);
        return Transformer.Embed(positions, _weights[1]);
    }

    private Tensor Block(int block, Tensor x, long from, long count)
    {
        using var scope = NewDisposeScope();
        var parts = _network.Project(_weights, block, x);
        Tensor query = parts[0], keys = _keys[block], values = _values[block];
        keys.narrow(2, from, count).copy_(parts[1]);
        values.narrow(2, from, count).copy_(parts[2]);
        // Only the last row is asked for in the end, so the last block computes no other.
        bool last = block == _keys.Length - 1 && count > 1;
        if (last)
        {
            query = query.narrow(2, count - 1, 1);
            x = x.narrow(1, count - 1, 1);
        }
        var mask = _mask?.narrow(3, 0, _position).narrow(2, last ? _position - 1 : from, last ? 1 : count);
        var attended = scaled_dot_product_attention(query, keys.narrow(2, 0, _position), values.narrow(2, 0, _position), mask!,
            is_casual: mask is null && count > 1 && !last);
        return _network.FeedForward(_weights, block, x, attended.transpose(1, 2).reshape(x.shape)).MoveToOuterDisposeScope();
    }
}
