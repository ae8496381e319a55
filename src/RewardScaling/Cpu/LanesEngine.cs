using System.Runtime.InteropServices;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>The engine on one kind of register.</summary>
/// <param name="pool">Who works.</param>
/// <param name="isNarrow">Whether weights are kept in bfloat16, to be read only.</param>
internal sealed class LanesEngine<TLanes>(WorkerPool pool, bool isNarrow) : IEngine where TLanes : struct, ILanes<TLanes, float>
{
    public string Description => FormattableString.Invariant(
        $"CPU, {pool.Workers} {(pool.Workers == 1 ? "thread" : "threads")}, {Registers}, {RuntimeInformation.ProcessArchitecture}{Narrow}");

    private string Narrow => isNarrow ? ", weights in bfloat16" : "";

    // Results differ in the last bits between what stands here.
    private static string Registers => FusedMultiplyAdd.IsSupported ? TLanes.Name : $"{TLanes.Name} without fused multiply-add";

    public string Arithmetic => FormattableString.Invariant($"CPU, {TLanes.Name}, {RuntimeInformation.ProcessArchitecture}{Narrow}");

    public ITrainablePolicy CreatePolicy(TransformerShape shape, RandomStream initialization)
    {
        var first = Initialization.Policy(shape, initialization);
        var policy = new CpuPolicy<TLanes>(shape, pool, isNarrow);
        policy.Parameters.Initialize(first);
        return policy;
    }

    public ITrainableRewardModel CreateRewardModel(TransformerShape shape, RandomStream initialization,
        double standardDeviation = 0.02, double attentionScale = 1)
    {
        var first = Initialization.RewardModel(shape, initialization, standardDeviation, attentionScale);
        var model = new CpuRewardModel<TLanes>(shape, pool, isNarrow);
        model.Parameters.Initialize(first);
        return model;
    }

    public ITrainablePolicy LoadPolicy(string path) => NetworkFile.Load(path, NetworkFile.Policy, (shape, values) =>
    {
        var policy = new CpuPolicy<TLanes>(shape, pool, isNarrow);
        new NamedWeights<TLanes>(policy.Parameters).Load(values);
        return policy;
    });

    public ITrainableRewardModel LoadRewardModel(string path) => NetworkFile.Load(path, NetworkFile.RewardModel,
        (shape, values) =>
    {
        var model = new CpuRewardModel<TLanes>(shape, pool, isNarrow);
        new NamedWeights<TLanes>(model.Parameters).Load(values);
        return model;
    });
}
