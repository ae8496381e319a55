using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>
/// The parameters of a transformer in two buffers, those that decay and those that do not, so that the optimizer takes a dozen
/// operations however many layers there are.
/// </summary>
internal sealed class TransformerWeights : TorchWeights
{
    private readonly IReadOnlyList<NetworkParameter> _parameters;
    private readonly (int Segment, long At)[] _places;
    private readonly Tensor[] _buffers, _leaves;
    private readonly ScalarType _type;
    private Tensor[]? _copies;

    /// <summary>All parameters zero.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="type">The numbers the network is computed in.</param>
    /// <param name="isNarrow">Whether they are kept in these numbers too, to be read only.</param>
    public TransformerWeights(IReadOnlyList<NetworkParameter> parameters, Device device, ScalarType type, bool isNarrow = false)
    {
        (_parameters, _type, IsNarrow) = (parameters, type, isNarrow);
        Parameters = [.. parameters.Select(static parameter => (parameter.Name, parameter.Dimensions))];
        _places = new (int, long)[parameters.Count];
        long[] lengths = [0, 0];
        for (int i = 0; i < parameters.Count; i++)
        {
            int segment = parameters[i].Decays ? 0 : 1;
            _places[i] = (segment, lengths[segment]);
            lengths[segment] += Numbers(Parameters[i].Dimensions);
        }
        var kept = isNarrow ? type : ScalarType.Float32;
        _buffers = [.. lengths.Select(length => zeros(length, kept, device).DetachFromDisposeScope())];
        Own([new(_buffers[0], decays: true), new(_buffers[1], decays: false)]);
        _leaves = Views(_buffers, requiresGradient: !isNarrow);
    }

    public override IReadOnlyList<(string Name, int[] Dimensions)> Parameters { get; }

    public override IReadOnlyList<Tensor> Leaves => _leaves;

    /// <summary>Sets first values.</summary>
    public void Initialize(Initialization initialization) => Load([.. _parameters.Select(parameter =>
    {
        var value = initialization.Values(parameter);
        var values = new float[(long)parameter.Rows * parameter.Columns];
        for (int i = 0; i < values.Length; i++) values[i] = (float)value(i);
        return new NamedTensor(parameter.Name, parameter.Dimensions, values);
    })]);

    /// <summary>
    /// The parameters as the network computes with them. With a graph what narrows them is part of it, so that their gradients
    /// arrive in float32; without, the narrow copies are kept until the values change.
    /// </summary>
    /// <param name="graph">Whether the parameters are to be differentiated by.</param>
    public Tensor[] Use(bool graph) => _type == ScalarType.Float32 || IsNarrow ? _leaves
        : graph ? Use([.. Enumerable.Range(0, _leaves.Length)]) : _copies ??= Copies();

    /// <summary>
    /// The same with a graph where only some are used; what stands at the places of the others does not matter.
    /// </summary>
    public Tensor[] Use(int[] parameters)
    {
        if (_type == ScalarType.Float32) return _leaves;
        var narrow = (Tensor[])_leaves.Clone();
        foreach (int parameter in parameters) narrow[parameter] = _leaves[parameter].to(_type);
        return narrow;
    }

    /// <summary>Keeps the tables and the lowest blocks.</summary>
    public override void Freeze(int blocks)
    {
        EngineChecks.RequireTrainable(IsNarrow);
        string[] kept = ["embedding.", .. Enumerable.Range(0, blocks).Select(static block =>
            FormattableString.Invariant($"blocks.{block}."))];
        KeepBefore(blocks == 0 ? 0 : _parameters.Index().First(at =>
            !kept.Any(name => at.Item.Name.StartsWith(name, StringComparison.Ordinal))).Index);
    }

    public override void Dispose()
    {
        Changed();
        foreach (var leaf in _leaves) leaf.Dispose();
        foreach (var buffer in _buffers) buffer.Dispose();
        base.Dispose();
    }

    protected override (WeightSegment Segment, long At) Place(int parameter) =>
        (Segments[_places[parameter].Segment], _places[parameter].At);

    protected override void Changed()
    {
        if (_copies is null) return;
        foreach (var copy in _copies) copy.Dispose();
        _copies = null;
    }

    private Tensor[] Copies()
    {
        using var scope = NewDisposeScope();
        return Views(Array.ConvertAll(_buffers, buffer => buffer.to(_type)), requiresGradient: false);
    }

    private Tensor[] Views(Tensor[] buffers, bool requiresGradient)
    {
        using var scope = NewDisposeScope();
        var views = new Tensor[_places.Length];
        for (int i = 0; i < views.Length; i++)
        {
            int[] dimensions = Parameters[i].Dimensions;
            var view = buffers[_places[i].Segment].narrow(0, _places[i].At, Numbers(dimensions))
                .view(Array.ConvertAll(dimensions, static length => (long)length)).detach();
            views[i] = view.requires_grad_(requiresGradient).DetachFromDisposeScope();
        }
        return views;
    }
}
