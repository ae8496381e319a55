using System.Runtime.InteropServices;
using RewardScaling.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>The parameters of a network with their gradients and optimizer: what can be saved, restored and moved.</summary>
internal abstract class TorchWeights : INetworkWeights, IDisposable
{
    /// <summary>Numbers that are copied to the device at once.</summary>
    private const int Written = 1 << 22;

    private WeightSegment[] _segments = [];
    private TorchAdamW? _optimizer;

    /// <summary>Name and dimensions of every parameter, in the order of the network.</summary>
    public abstract IReadOnlyList<(string Name, int[] Dimensions)> Parameters { get; }

    /// <summary>The parameters, leaves of the graph, in the order of <see cref="Parameters"/>.</summary>
    public abstract IReadOnlyList<Tensor> Leaves { get; }

    /// <summary>Whether the values are kept narrower than float32, to be read only.</summary>
    public bool IsNarrow { get; protected init; }

    /// <summary>The parts the optimizer moves.</summary>
    protected IReadOnlyList<WeightSegment> Segments => _segments;

    /// <summary>Where a parameter lies: its segment and the first number in it.</summary>
    protected abstract (WeightSegment Segment, long At) Place(int parameter);

    /// <summary>Called when values have changed.</summary>
    protected virtual void Changed()
    {
    }

    /// <summary>Sets the parts, once.</summary>
    protected void Own(params WeightSegment[] segments) => (_segments, _optimizer) = (segments, new(segments));

    /// <summary>Adds to the gradients; a parameter that a loss does not touch has null.</summary>
    public void Add(IReadOnlyList<Tensor?> gradients)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is not { } gradient) continue;
            Part(i, static segment => segment.Gradient).add_(gradient.reshape(-1));
        }
    }

    /// <summary>One step of the optimizer; gradients are then zero.</summary>
    /// <returns>The norm of the gradient before clipping.</returns>
    public double Step(AdamWOptions options, double learningRate)
    {
        EngineChecks.RequireTrainable(IsNarrow);
        double norm = _optimizer!.Step(options, learningRate);
        Changed();
        return norm;
    }

    /// <summary>All values, by name.</summary>
    public IReadOnlyList<NamedTensor> Values() => Read(static segment => segment.Values);

    /// <summary>Sets all values, in the order of <see cref="Parameters"/>; the optimizer is left alone.</summary>
    public void Load(IEnumerable<NamedTensor> values)
    {
        Write(values, static segment => segment.Values);
        Changed();
    }

    /// <summary>Values, moments and the count of steps.</summary>
    /// <exception cref="NotSupportedException">The network is kept in bfloat16.</exception>
    public TrainingState State()
    {
        EngineChecks.RequireTrainable(IsNarrow);
        return new(Values(), Read(static segment => segment.First), Read(static segment => segment.Second), _optimizer!.Steps);
    }

    /// <summary>Takes all of that over and drops gradients.</summary>
    public void Restore(TrainingState state)
    {
        EngineChecks.RequireTrainable(IsNarrow);
        Write(state.Parameters, static segment => segment.Values);
        Write(state.First, static segment => segment.First);
        Write(state.Second, static segment => segment.Second);
        _optimizer!.Steps = state.Steps;
        DropGradients();
        Changed();
    }

    /// <summary>The first parameter that is trained; those before it are kept as they are.</summary>
    public int TrainedFrom { get; private set; }

    public virtual void Freeze(int blocks)
    {
        if (blocks > 0)
            throw new NotSupportedException("A module from outside says nothing of its blocks, so none can be frozen; leave them out of what asks for a gradient.");
    }

    /// <summary>Keeps the parameters before one of them as they are.</summary>
    protected void KeepBefore(int parameter)
    {
        TrainedFrom = parameter;
        foreach (var segment in _segments) segment.TrainedFrom = parameter == 0 ? 0 : segment.Values.numel();
        for (int i = Parameters.Count - 1; i >= parameter; i--)
        {
            var (segment, at) = Place(i);
            segment.TrainedFrom = at;
        }
    }

    /// <summary>Makes the gradients zero.</summary>
    public void DropGradients()
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        _optimizer!.DropGradients();
    }

    /// <summary>Takes the values of another network of the same parameters.</summary>
    public void CopyFrom(TorchWeights other)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        for (int i = 0; i < _segments.Length; i++) _segments[i].Values.detach().copy_(other._segments[i].Values);
        Changed();
    }

    public virtual void Dispose()
    {
        foreach (var segment in _segments) segment.Dispose();
    }

    /// <summary>How many numbers some dimensions hold.</summary>
    protected static long Numbers(int[] dimensions) => dimensions.Aggregate(1L, static (product, length) => product * length);

    private NamedTensor[] Read(Func<WeightSegment, Tensor> of)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var read = new NamedTensor[Parameters.Count];
        for (int i = 0; i < read.Length; i++)
        {
            var part = Part(i, of).to(ScalarType.Float32).cpu().contiguous();
            read[i] = new(Parameters[i].Name, Parameters[i].Dimensions, MemoryMarshal.Cast<byte, float>(part.bytes).ToArray());
        }
        return read;
    }

    private void Write(IEnumerable<NamedTensor> tensors, Func<WeightSegment, Tensor> of)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        foreach (var (i, tensor) in tensors.Index())
        {
            // Piece by piece: a table of a large model is a gigabyte.
            for (int from = 0; from < tensor.Values.Length; from += Written)
            {
                using var piece = NewDisposeScope();
                int count = Math.Min(Written, tensor.Values.Length - from);
                Part(i, of).narrow(0, from, count).copy_(torch.tensor(tensor.Values.Slice(from, count).ToArray()));
            }
        }
    }

    private Tensor Part(int parameter, Func<WeightSegment, Tensor> of)
    {
        var (segment, at) = Place(parameter);
        return of(segment).detach().view(-1).narrow(0, at, Numbers(Parameters[parameter].Dimensions));
    }
}
