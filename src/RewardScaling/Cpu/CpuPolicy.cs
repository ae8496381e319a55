using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>A policy of the CPU engine.</summary>
internal sealed unsafe class CpuPolicy<TLanes> : EngineNetwork, ITrainablePolicy where TLanes : struct, ILanes<TLanes, float>
{
    private readonly PolicyNetwork<float, TLanes> _policy;
    private readonly Network<float, TLanes> _network;
    private readonly Sampler<float, TLanes> _sampler;

    /// <summary>A policy whose parameters are zero.</summary>
    public CpuPolicy(TransformerShape shape, WorkerPool pool, bool isNarrow)
        : this(new PolicyNetwork<float, TLanes>(shape, pool, isNarrow))
    {
    }

    private CpuPolicy(PolicyNetwork<float, TLanes> policy)
        : base(policy.Network.Layout.Shape, NetworkFile.Policy, typeof(IPolicy), new NamedWeights<TLanes>(policy.Network.Weights))
    {
        (_policy, _network) = (policy, policy.Network);
        _sampler = new(_network);
    }

    public int VocabularySize => Shape.Vocabulary;

    public int ContextLength => Shape.Context;

    /// <summary>The parameters.</summary>
    public Weights<float, TLanes> Parameters => _network.Weights;

    public ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellationToken = default)
    {
        using var call = Enter();
        EngineChecks.RequireDrawable(Shape, prompts, options, streams.Length);
        return ValueTask.FromResult(_sampler.Draw(prompts, options, streams, cancellationToken).CutAfter(options.EndToken));
    }

    public void Evaluate(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        using var call = Enter();
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
        using var call = Enter();
        _network.Check(batch);
        ArgumentNullException.ThrowIfNull(reference);
        if (reference is not CpuPolicy<TLanes> other || other.VocabularySize != VocabularySize
            || other.Parameters.Pool != Parameters.Pool)
            throw new ArgumentException("reference must be a policy of the same engine and vocabulary.", nameof(reference));
        Guard.Length(kl.Length, batch.TotalResponseTokens, nameof(kl));
        // A policy may be measured from itself.
        using var otherCall = other == this ? null : other.Enter();
        other._network.Check(batch);
        fixed (float* target = kl)
            _policy.Divergence(other._policy, batch, target, temperature, cut ?? TokenCut.None, referenceCut ?? TokenCut.None);
    }

    public void Forward(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        using var call = Enter();
        Prepare(batch, outputs, temperature);
        fixed (float* logProbs = outputs.LogProbs, entropies = outputs.Entropies, values = outputs.Values)
            _policy.Forward(batch, logProbs, entropies, values, temperature);
    }

    public void Backward(PolicyOutputs gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var call = Enter();
        _network.RequireTape();
        Guard.Length(gradients.Count, _network.Plan.Batch.TotalResponseTokens, nameof(gradients));
        fixed (float* logProbs = gradients.LogProbs, entropies = gradients.Entropies, values = gradients.Values)
            _policy.Backward(logProbs, entropies, values);
    }

    public ITrainablePolicy Clone()
    {
        using var call = Read();
        var clone = new CpuPolicy<TLanes>(Shape, Parameters.Pool, Parameters.Layout.IsNarrow);
        clone.Parameters.CopyFrom(Parameters);
        return clone;
    }

    protected override void Forget() => _network.DropTape();

    protected override void Release()
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
