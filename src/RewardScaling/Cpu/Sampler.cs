using System.Numerics;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// Draws responses token by token. Of a network that a cache holds every worker continues sequences of its own; of a larger one
/// all workers continue the same, so that every weight is read from memory once for all of them.
/// </summary>
internal sealed class Sampler<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Sequences side by side for each worker, at most.</summary>
    private const int WorkerSequences = 64;

    private readonly Network<T, TLanes> _network;
    private readonly DrawPass<T, TLanes>[] _passes;
    private readonly Action<int, int> _drawGroup;
    private readonly DrawCall<T> _call = new();
    private int _group;

    /// <summary>A sampler from a network whose outputs are logits and a value.</summary>
    public Sampler(Network<T, TLanes> network)
    {
        _network = network;
        int workers = network.Weights.Pool.Workers;
        _passes = [.. Enumerable.Range(0, workers).Select(worker => new DrawPass<T, TLanes>(network, worker))];
        _drawGroup = DrawGroup;
        Shares = network.Layout.IsLarge && workers > 1;
    }

    /// <summary>Whether workers continue the same sequences; no bit depends on it.</summary>
    public bool Shares { get; init; }

    /// <summary>Draws one response to each prompt of a checked batch.</summary>
    public SampledBatch Draw(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellation)
    {
        (_call.Prompts, _call.Streams, _call.Cancellation, _call.Length) =
            (prompts, streams, cancellation, options.ResponseLength);
        (_call.InverseTemperature, _call.Cut) = (T.CreateTruncating(1 / options.Temperature), options.Cut);
        _call.Context = prompts.LongestSequence + options.ResponseLength;
        _network.Weights.Rotation?.Ensure(_call.Context);
        _call.Batch = new(prompts.PromptLengths.ToArray(), options.ResponseLength, out int[] tokens);
        (_call.Tokens, _call.LogProbs, _call.Values) = (tokens, new float[prompts.Count * options.ResponseLength],
            new float[prompts.Count * options.ResponseLength]);
        // Few groups, as many for each worker, all of one size: a group reads every weight for each token, however small it is.
        int workers = _network.Weights.Pool.Workers, rounds = (prompts.Count - 1) / (workers * WorkerSequences) + 1;
        _group = (prompts.Count - 1) / ((Shares ? 1 : workers) * rounds) + 1;
        int groups = (prompts.Count + _group - 1) / _group;
        if (!Shares) _network.Weights.Pool.For(groups, _drawGroup);
        else
            for (int group = 0; group < groups; group++) DrawGroup(group, 0);
        return new(_call.Batch, _call.LogProbs, _call.Values);
    }

    public void Dispose()
    {
        foreach (var pass in _passes) pass.Dispose();
    }

    private void DrawGroup(int group, int worker) => _passes[worker].Run(_call, group * _group,
        Math.Min(_call.Prompts.Count - group * _group, _group), Shares);
}
