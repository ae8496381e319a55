using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// What networks of every engine do alike, whatever their heads: one gate that calls pass, gradients, steps, files, the end. For
/// those who write an engine.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class EngineNetwork : INetwork
{
    private readonly INetworkWeights _weights;
    private readonly CallGate _gate;
    private readonly string _kind;

    /// <summary>A network.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="kind">Its kind in files, as <see cref="NetworkFile"/> has it.</param>
    /// <param name="role">What messages call it: the contract it fulfils.</param>
    /// <param name="weights">Its parameters.</param>
    protected EngineNetwork(TransformerShape shape, string kind, Type role, INetworkWeights weights)
    {
        (Shape, _kind, _weights) = (shape, kind, weights);
        _gate = new(role, () => Release());
    }

    /// <inheritdoc/>
    public TransformerShape Shape { get; }

    /// <inheritdoc/>
    public long ParameterCount => _weights.Count;

    /// <inheritdoc/>
    public void DropGradients()
    {
        using var call = Enter();
        _weights.DropGradients();
        Forget();
    }

    /// <inheritdoc/>
    public double Step(AdamWOptions options, double learningRate)
    {
        using var call = _gate.Change();
        return _weights.Step(options, learningRate);
    }

    /// <inheritdoc/>
    public void Freeze(int blocks)
    {
        Guard.InRange(blocks, 0, Shape.Layers);
        using var call = _gate.Change();
        _weights.Freeze(blocks);
        _weights.DropGradients();
        Forget();
    }

    /// <inheritdoc/>
    public IReadOnlyList<NamedTensor> Weights()
    {
        using var call = Read();
        return _weights.Values();
    }

    /// <inheritdoc/>
    public void SetWeights(IEnumerable<NamedTensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var given = weights.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        using var call = _gate.Change();
        var set = new List<NamedTensor>();
        foreach (var (parameter, now) in _weights.Parameters.Zip(_weights.Values()))
        {
            if (!given.Remove(parameter.Name, out var tensor)) tensor = now;
            else if (!tensor.Shape.SequenceEqual(parameter.Dimensions))
                throw new ArgumentException($"{tensor}; the network's has [{string.Join(", ", parameter.Dimensions)}].",
                    nameof(weights));
            set.Add(tensor);
        }
        if (given.Count > 0)
            throw new ArgumentException($"The network has no parameter '{given.Keys.First()}'.", nameof(weights));
        _weights.Load(set);
        Forget();
    }

    /// <inheritdoc/>
    public void Save(string path)
    {
        using var call = Read();
        NetworkFile.Write(path, _kind, Shape, _weights.Values());
    }

    /// <inheritdoc/>
    public void SaveTraining(string path)
    {
        using var call = Read();
        NetworkFile.WriteTraining(path, _kind, Shape, _weights.State());
    }

    /// <inheritdoc/>
    public void RestoreTraining(string path)
    {
        using var call = _gate.Change();
        _weights.Restore(NetworkFile.ReadTraining(path, _kind, Shape, _weights.Parameters));
        Forget();
    }

    /// <summary>
    /// Frees the memory of the network; further calls are faults. A call that is under way comes to its end first, and the
    /// memory is freed then.
    /// </summary>
    public void Dispose()
    {
        _gate.Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>What it is and how large.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{_kind} of {ParameterCount:N0} parameters");

    /// <summary>Begins a call that works on activations.</summary>
    /// <returns>What ends the call when it is disposed.</returns>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    protected CallGate Enter() => _gate.Enter();

    /// <summary>Begins a call that only reads weights.</summary>
    /// <returns>What ends the call when it is disposed.</returns>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="InvalidOperationException">The weights are being changed.</exception>
    protected IDisposable Read() => _gate.Read();

    /// <summary>Drops the activations kept for the way back: the weights are no longer those they were made with.</summary>
    protected abstract void Forget();

    /// <summary>Frees everything. Called once, when no call is under way.</summary>
    protected abstract void Release();
}
