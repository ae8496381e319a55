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
        long[] room = [sequences, shape.KeyValueHeads, length, shape.HeadWidth];
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
        var x = Transformer.Embed(tokens, _weights[0]);
        if (_network.Rotation is null) x.add_(Positions(from, count));
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

    private Tensor Positions(long from, long count) => _shift is null ? _weights[1].narrow(0, from, count)
        : Transformer.Embed(Shifted(from, count), _weights[1]);

    // What stands before a prompt is padding, whose positions do not matter.
    private Tensor Shifted(long from, long count) =>
        arange(from, from + count, ScalarType.Int64, _shift!.device).view(1, count).sub(_shift).clamp_min(0);

    private Tensor Turn(Tensor x, long from, long count) => _network.Rotation is not { } rotation ? x
        : _shift is null ? rotation.Turn(x, from, count) : rotation.Turn(x, Shifted(from, count));

    // One position of the heads that share keys reads them side by side, as if they were several positions; more would have to be
    // told apart, and for them keys and values are repeated.
    private Tensor Attend(Tensor query, Tensor keys, Tensor values, Tensor? mask, bool causal)
    {
        long[] shape = query.shape;
        if (_network.Shape.KeyValueHeads == _network.Shape.Heads || shape[2] > 1)
            return scaled_dot_product_attention(query, _network.Repeat(keys), _network.Repeat(values), mask!, is_casual: causal);
        var grouped = query.reshape(shape[0], keys.shape[1], -1, shape[3]);
        return scaled_dot_product_attention(grouped, keys, values, mask!).reshape(shape);
    }

    private Tensor Block(int block, Tensor x, long from, long count)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = _network.Project(_weights, block, x, all => Turn(all, from, count));
        Tensor keys = _keys[block], values = _values[block];
        keys.narrow(2, from, count).copy_(key);
        values.narrow(2, from, count).copy_(value);
        // Only the last row is asked for in the end, so the last block computes no other.
        bool last = block == _keys.Length - 1 && count > 1;
        if (last)
        {
            query = query.narrow(2, count - 1, 1);
            x = x.narrow(1, count - 1, 1);
        }
        var mask = _mask?.narrow(3, 0, _position).narrow(2, last ? _position - 1 : from, last ? 1 : count);
        var attended = Attend(query, keys.narrow(2, 0, _position), values.narrow(2, 0, _position), mask,
            mask is null && count > 1 && !last);
        attended = attended.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1);
        return _network.FeedForward(_weights, block, x, attended).MoveToOuterDisposeScope();
    }
}
