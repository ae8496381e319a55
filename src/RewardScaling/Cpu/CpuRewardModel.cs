using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>A reward model of the CPU engine.</summary>
internal sealed unsafe class CpuRewardModel<TLanes> : ITrainableRewardModel where TLanes : struct, ILanes<TLanes, float>
{
    private readonly RewardNetwork<float, TLanes> _model;
    private readonly Network<float, TLanes> _network;
    private readonly WorkerPool _pool;

    /// <summary>A reward model whose parameters are zero.</summary>
    public CpuRewardModel(TransformerShape shape, WorkerPool pool)
    {
        _pool = pool;
        _model = new(shape, pool);
        _network = _model.Network;
    }

    public TransformerShape Shape => _network.Layout.Shape;

    public long ParameterCount => Shape.ParameterCount(1);

    /// <summary>The parameters.</summary>
    public Weights<float, TLanes> Weights => _network.Weights;

    public void Score(TokenBatch batch, Span<float> scores)
    {
        using var call = _network.Enter();
        Check(batch, scores);
        fixed (float* target = scores) _model.Evaluate(batch, target);
    }

    public void Forward(TokenBatch batch, Span<float> scores)
    {
        using var call = _network.Enter();
        Check(batch, scores);
        fixed (float* target = scores) _model.Forward(batch, target);
    }

    public void Backward(ReadOnlySpan<float> gradients)
    {
        using var call = _network.Enter();
        _network.RequireTape();
        Guard.Length(gradients.Length, _network.Plan.Batch.Count, nameof(gradients));
        fixed (float* source = gradients) _model.Backward(source);
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

    public ITrainableRewardModel Clone()
    {
        _network.Check();
        var clone = new CpuRewardModel<TLanes>(Shape, _pool);
        clone.Weights.CopyFrom(Weights);
        return clone;
    }

    public void Save(string path)
    {
        _network.Check();
        Checkpoint.Save(path, NetworkFile.RewardModel, Weights);
    }

    public void SaveTraining(string path)
    {
        _network.Check();
        Checkpoint.SaveTraining(path, NetworkFile.RewardModel, Weights);
    }

    public void RestoreTraining(string path)
    {
        using var call = _network.Enter();
        Checkpoint.RestoreTraining(path, NetworkFile.RewardModel, Weights);
        _network.DropTape();
    }

    public void Dispose() => _network.Dispose();

    private void Check(TokenBatch batch, Span<float> scores)
    {
        EngineChecks.RequireScorable(Shape, batch);
        Guard.Length(scores.Length, batch.Count, nameof(scores));
    }
}
