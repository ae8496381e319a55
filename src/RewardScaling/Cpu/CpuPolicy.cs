using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>A policy of the CPU engine.</summary>
internal sealed unsafe class CpuPolicy<TLanes> : ITrainablePolicy where TLanes : struct, ILanes<TLanes, float>
{
    private readonly PolicyNetwork<float, TLanes> _policy;
    private readonly Network<float, TLanes> _network;
    private readonly Sampler<float, TLanes> _sampler;
    private readonly WorkerPool _pool;

    /// <summary>A policy whose parameters are zero.</summary>
    public CpuPolicy(TransformerShape shape, WorkerPool pool)
    {
        _pool = pool;
        _policy = new(shape, pool);
        _network = _policy.Network;
        _sampler = new(_network);
    }

    public TransformerShape Shape => _network.Layout.Shape;

    public int VocabularySize => Shape.Vocabulary;

    public int ContextLength => Shape.Context;

    public long ParameterCount => Shape.ParameterCount(Shape.Vocabulary + 1);

    /// <summary>The parameters.</summary>
    public Weights<float, TLanes> Weights => _network.Weights;

    public ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellationToken = default)
    {
        using var call = _network.Enter();
        EngineChecks.RequireDrawable(Shape, prompts, options, streams.Length);
        return ValueTask.FromResult(_sampler.Draw(prompts, options, streams, cancellationToken).CutAfter(options.EndToken));
    }

    public void Evaluate(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        using var call = _network.Enter();
        Prepare(batch, outputs, temperature);
        fixed (float* logProbs = outputs.LogProbs, entropies = outputs.Entropies, values = outputs.Values)
            _policy.Evaluate(batch, logProbs, entropies, values, temperature);
    }

    public void TokenKl(ITrainablePolicy reference, TokenBatch batch, Span<float> kl, double temperature = 1,
        TokenCut? cut = null, TokenCut? referenceCut = null)
    {
        EngineChecks.RequireTemperature(temperature);
        cut?.Validate();
        referenceCut?.Validate();
        using var call = _network.Enter();
        _network.Check(batch);
        ArgumentNullException.ThrowIfNull(reference);
        if (reference is not CpuPolicy<TLanes> other || other.VocabularySize != VocabularySize || other._pool != _pool)
            throw new ArgumentException("reference must be a policy of the same engine and vocabulary.", nameof(reference));
        Guard.Length(kl.Length, batch.TotalResponseTokens, nameof(kl));
        // A policy may be measured from itself.
        using var otherCall = other == this ? null : other._network.Enter();
        other._network.Check(batch);
        fixed (float* target = kl)
            _policy.Divergence(other._policy, batch, target, temperature, cut ?? TokenCut.None, referenceCut ?? TokenCut.None);
    }

    public void Forward(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        using var call = _network.Enter();
        Prepare(batch, outputs, temperature);
        fixed (float* logProbs = outputs.LogProbs, entropies = outputs.Entropies, values = outputs.Values)
            _policy.Forward(batch, logProbs, entropies, values, temperature);
    }

    public void Backward(PolicyOutputs gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var call = _network.Enter();
        _network.RequireTape();
        Guard.Length(gradients.Count, _network.Plan.Batch.TotalResponseTokens, nameof(gradients));
        fixed (float* logProbs = gradients.LogProbs, entropies = gradients.Entropies, values = gradients.Values)
            _policy.Backward(logProbs, entropies, values);
    }

    public void DropGradients()
    {
        using var call = _network.Enter();
        _network.Weights.DropGradients();
        _network.DropTape();
    }

    public double Step(AdamWOptions options, double learningRate)
    {
        using var call = _network.Enter();
        return _network.Weights.Step(options, learningRate);
    }

    public ITrainablePolicy Clone()
    {
        _network.Check();
        var clone = new CpuPolicy<TLanes>(Shape, _pool);
        clone.Weights.CopyFrom(Weights);
        return clone;
    }

    public void Save(string path)
    {
        _network.Check();
        Checkpoint.Save(path, NetworkFile.Policy, Weights);
    }

    public void SaveTraining(string path)
    {
        _network.Check();
        Checkpoint.SaveTraining(path, NetworkFile.Policy, Weights);
    }

    public void RestoreTraining(string path)
    {
        using var call = _network.Enter();
        Checkpoint.RestoreTraining(path, NetworkFile.Policy, Weights);
        _network.DropTape();
    }

    public void Dispose()
    {
        _policy.Dispose();
        _sampler.Dispose();
    }

    private void Prepare(TokenBatch batch, PolicyOutputs outputs, double temperature)
    {
        EngineChecks.RequireTemperature(temperature);
        _network.Check(batch);
        ArgumentNullException.ThrowIfNull(outputs);
        outputs.Reset(batch.TotalResponseTokens);
    }
}
