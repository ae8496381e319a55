using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>A reward model of the CPU engine.</summary>
internal sealed unsafe class CpuRewardModel<TLanes> : EngineNetwork, ITrainableRewardModel
    where TLanes : struct, ILanes<TLanes, float>
{
    private readonly RewardNetwork<float, TLanes> _model;
    private readonly Network<float, TLanes> _network;

    /// <summary>A reward model whose parameters are zero.</summary>
    public CpuRewardModel(TransformerShape shape, WorkerPool pool, bool isNarrow)
        : this(new RewardNetwork<float, TLanes>(shape, pool, isNarrow))
    {
    }

    private CpuRewardModel(RewardNetwork<float, TLanes> model)
        : base(model.Network.Layout.Shape, NetworkFile.RewardModel, typeof(IRewardModel),
            new NamedWeights<TLanes>(model.Network.Weights)) =>
        (_model, _network) = (model, model.Network);

    /// <summary>The parameters.</summary>
    public Weights<float, TLanes> Parameters => _network.Weights;

    public void Score(TokenBatch batch, Span<float> scores)
    {
        using var call = Enter();
        Check(batch, scores);
        fixed (float* target = scores) _model.Evaluate(batch, target);
    }

    public void Forward(TokenBatch batch, Span<float> scores)
    {
        using var call = Enter();
        Check(batch, scores);
        fixed (float* target = scores) _model.Forward(batch, target);
    }

    public void Backward(ReadOnlySpan<float> gradients)
    {
        using var call = Enter();
        _network.RequireTape();
        Guard.Length(gradients.Length, _network.Plan.Batch.Count, nameof(gradients));
        fixed (float* source = gradients) _model.Backward(source);
    }

    public ITrainableRewardModel Clone()
    {
        using var call = Read();
        var clone = new CpuRewardModel<TLanes>(Shape, Parameters.Pool, Parameters.Layout.IsNarrow);
        clone.Parameters.CopyFrom(Parameters);
        return clone;
    }

    protected override void Forget() => _network.DropTape();

    protected override void Release() => _network.Dispose();

    private void Check(TokenBatch batch, Span<float> scores)
    {
        EngineChecks.RequireScorable(Shape, batch);
        Guard.Length(scores.Length, batch.Count, nameof(scores));
    }
}
