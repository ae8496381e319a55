using TorchSharp;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>Some parameters side by side that the optimizer moves as one, with their gradient and moments in float32.</summary>
/// <param name="values">The parameters; owned by who made them.</param>
/// <param name="decays">Whether weight decay shrinks them.</param>
internal sealed class WeightSegment(Tensor values, bool decays) : IDisposable
{
    private Tensor? _gradient, _first, _second;

    public Tensor Values => values;

    public bool Decays => decays;

    /// <summary>The first number that is moved.</summary>
    public long TrainedFrom { get; set; }

    /// <summary>The gradient gathered so far, or null when there is none: a network that is only read needs none.</summary>
    public Tensor? GatheredGradient => _gradient;

    /// <summary>The gradient gathered so far; zero at first.</summary>
    public Tensor Gradient => _gradient ??= Zeros();

    /// <summary>The running mean of the gradient; zero at first.</summary>
    public Tensor First => _first ??= Zeros();

    /// <summary>The running mean of its square; zero at first.</summary>
    public Tensor Second => _second ??= Zeros();

    public void Dispose()
    {
        _gradient?.Dispose();
        _first?.Dispose();
        _second?.Dispose();
    }

    private Tensor Zeros() => torch.zeros_like(values, dtype: ScalarType.Float32, requires_grad: false).DetachFromDisposeScope();
}
