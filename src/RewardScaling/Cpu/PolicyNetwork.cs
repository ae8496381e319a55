using System.Numerics;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>A network read as a policy: the first outputs are logits, the last is the value.</summary>
internal sealed unsafe class PolicyNetwork<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    private readonly NativeBuffer<T> _normalizers = new();
    private readonly Action<int, int, int> _readEvaluated, _readTrained, _readDivergence;
    private readonly Action<int, int> _outputGradients;
    private T* _logProbs, _entropies, _values;
    private T _inverseTemperature;
    private PolicyNetwork<T, TLanes>? _reference;
    private TokenCut _cut = TokenCut.None, _referenceCut = TokenCut.None;

    /// <summary>A policy whose parameters are zero.</summary>
    public PolicyNetwork(TransformerShape shape, WorkerPool pool, bool isNarrow = false)
    {
        Network = new(shape, NetworkParameter.PolicyHeads(shape), SelectedRows.BeforeResponse, pool, isNarrow);
        (_readEvaluated, _readTrained, _readDivergence, _outputGradients) =
            (ReadEvaluated, ReadTrained, ReadDivergence, OutputGradients);
    }

    public Network<T, TLanes> Network { get; }

    /// <summary>Log-probability, entropy and value of each response token of a checked batch.</summary>
    public void Evaluate(TokenBatch batch, T* logProbs, T* entropies, T* values, double temperature)
    {
        Point(logProbs, entropies, values, temperature);
        Network.Evaluate(batch, _readEvaluated);
    }

    /// <summary>As <see cref="Evaluate"/>, keeping what <see cref="Backward"/> needs.</summary>
    public void Forward(TokenBatch batch, T* logProbs, T* entropies, T* values, double temperature)
    {
        Point(logProbs, entropies, values, temperature);
        _normalizers.Ensure(2L * batch.TotalResponseTokens);
        Network.Forward(batch, _readTrained);
    }

    /// <summary>Adds to the gradients, from the derivatives of the loss by the three outputs.</summary>
    public void Backward(T* logProbs, T* entropies, T* values)
    {
        Point(logProbs, entropies, values, 1 / double.CreateTruncating(_inverseTemperature));
        Network.Weights.Pool.For(Network.Plan.Chunks, _outputGradients);
        Network.Backward();
    }

    /// <summary>KL to another policy at each response token of a checked batch.</summary>
    public void Divergence(PolicyNetwork<T, TLanes> reference, TokenBatch batch, T* kl, double temperature, TokenCut cut,
        TokenCut referenceCut)
    {
        Point(kl, null, null, temperature);
        (_reference, _cut, _referenceCut) = (reference, cut, referenceCut);
        reference.Network.Weights.Rotation?.Ensure(batch.LongestSequence);
        Network.Evaluate(batch, _readDivergence);
        _reference = null;
    }

    public void Dispose()
    {
        Network.Dispose();
        _normalizers.Dispose();
    }

    private void Point(T* logProbs, T* entropies, T* values, double temperature)
    {
        _logProbs = logProbs;
        _entropies = entropies;
        _values = values;
        _inverseTemperature = T.CreateTruncating(1 / temperature);
    }

    private void ReadEvaluated(int chunk, int worker, int row) => Read(chunk, Network.WorkerTape(worker), row, null);

    private void ReadTrained(int chunk, int worker, int row) => Read(chunk, Network.Tape, row, _normalizers.Data);

    private void Read(int chunk, Tape<T> tape, int row, T* normalizers)
    {
        var plan = Network.Plan;
        int vocabulary = Network.Layout.Shape.Vocabulary;
        T* outputs = tape.Outputs + (nint)row * Network.Layout.OutputStride;
        for (int sequence = plan.ChunkStart[chunk]; sequence < plan.ChunkStart[chunk + 1]; sequence++)
        {
            var response = plan.Batch.Response(sequence);
            int at = plan.SelectedStart[sequence];
            for (int t = 0; t < response.Length; t++, at++, outputs += Network.Layout.OutputStride)
            {
                var (logSum, entropy) = TokenHead<T, TLanes>.Normalize(vocabulary, outputs, _inverseTemperature);
                _logProbs[at] = TokenHead<T, TLanes>.LogProb(outputs[response[t]], logSum, _inverseTemperature);
                _entropies[at] = entropy;
                _values[at] = outputs[vocabulary];
                if (normalizers != null) (normalizers[2 * at], normalizers[2 * at + 1]) = (logSum, entropy);
            }
        }
    }

    private void OutputGradients(int chunk, int worker)
    {
        var plan = Network.Plan;
        int vocabulary = Network.Layout.Shape.Vocabulary, at = plan.SelectedStart[plan.ChunkStart[chunk]];
        T* outputs = Network.Tape.Outputs + (nint)at * Network.Layout.OutputStride;
        for (int sequence = plan.ChunkStart[chunk]; sequence < plan.ChunkStart[chunk + 1]; sequence++)
        {
            foreach (int token in plan.Batch.Response(sequence))
            {
                TokenHead<T, TLanes>.Backward(vocabulary, outputs, token, _normalizers.Data[2 * at],
                    _normalizers.Data[2 * at + 1], _inverseTemperature,
                    _logProbs[at], _entropies[at]);
                outputs[vocabulary] = _values[at++];
                outputs += Network.Layout.OutputStride;
            }
        }
    }

    private void ReadDivergence(int chunk, int worker, int row)
    {
        var plan = Network.Plan;
        _reference!.Network.EvaluateChunk(plan, chunk, worker);
        T* outputs = Network.WorkerTape(worker).Outputs, other = _reference.Network.WorkerTape(worker).Outputs;
        int to = plan.SelectedStart[plan.ChunkStart[chunk + 1]], vocabulary = Network.Layout.Shape.Vocabulary;
        var own = _cut.Cuts(vocabulary) || _referenceCut.Cuts(vocabulary) ? new CutHead<T>(vocabulary) : null;
        var reference = own is null ? null : new CutHead<T>(vocabulary);
        for (int at = plan.SelectedStart[plan.ChunkStart[chunk]]; at < to; at++)
        {
            if (own is null || reference is null)
                _logProbs[at] = TokenHead<T, TLanes>.Divergence(vocabulary, outputs, other, _inverseTemperature);
            else
            {
                own.Read(outputs, _inverseTemperature, _cut);
                reference.Read(other, _inverseTemperature, _referenceCut);
                _logProbs[at] = T.CreateTruncating(own.Divergence(reference));
            }
            outputs += Network.Layout.OutputStride;
            other += _reference.Network.Layout.OutputStride;
        }
    }
}
