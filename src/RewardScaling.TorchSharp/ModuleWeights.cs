using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>The parameters of a module from outside, each where and as precise as the module has it.</summary>
internal sealed class ModuleWeights : TorchWeights
{
    private readonly Tensor[] _leaves;

    /// <summary>The parameters of some modules that are trained together.</summary>
    /// <param name="modules">The modules, each with what its names begin with.</param>
    /// <exception cref="ArgumentException">No parameter asks for a gradient.</exception>
    public ModuleWeights(params (string Prefix, nn.Module Module)[] modules)
    {
        (string Name, Tensor Value)[] all = [.. modules.SelectMany(static part =>
            part.Module.named_parameters().Select(named => (part.Prefix + named.name, (Tensor)named.parameter)))];
        var trained = Array.FindAll(all, static named => named.Value.requires_grad);
        if (trained.Length == 0) throw new ArgumentException("The module has no parameter that asks for a gradient.", nameof(modules));
        _leaves = Array.ConvertAll(trained, static named => named.Value);
        Parameters = Array.ConvertAll(trained, static named =>
            (named.Name, Array.ConvertAll(named.Value.shape, static length => checked((int)length))));
        // As in the transformer, matrices shrink and vectors do not.
        Own(Array.ConvertAll(_leaves, static leaf => new WeightSegment(leaf, decays: leaf.dim() > 1)));
    }

    public override IReadOnlyList<(string Name, int[] Dimensions)> Parameters { get; }

    public override IReadOnlyList<Tensor> Leaves => _leaves;

    protected override (WeightSegment Segment, long At) Place(int parameter) => (Segments[parameter], 0);
}
