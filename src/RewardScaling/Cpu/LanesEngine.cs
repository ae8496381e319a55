using System.Runtime.InteropServices;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>The engine on one kind of register.</summary>
/// <param name="pool">Who works.</param>
internal sealed class LanesEngine<TLanes>(WorkerPool pool) : IEngine where TLanes : struct, ILanes<TLanes, float>
{
    public string Description => FormattableString.Invariant(
        $"CPU, {pool.Workers} {(pool.Workers == 1 ? "thread" : "threads")}, {Registers}, {RuntimeInformation.ProcessArchitecture}");

    // Results differ in the last bits between what stands here.
    private static string Registers => FusedMultiplyAdd.IsSupported ? TLanes.Name : $"{TLanes.Name} without fused multiply-add";

    public string Arithmetic => FormattableString.Invariant($"CPU, {TLanes.Name}, {RuntimeInformation.ProcessArchitecture}");

    public ITrainablePolicy CreatePolicy(TransformerShape shape, RandomStream initialization)
    {
        var first = Initialization.Policy(shape, initialization);
        var policy = new CpuPolicy<TLanes>(shape, pool);
        policy.Weights.Initialize(first);
        return policy;
    }

    public ITrainableRewardModel CreateRewardModel(TransformerShape shape, RandomStream initialization,
        double standardDeviation = 0.02, double attentionScale = 1)
    {
        var first = Initialization.RewardModel(shape, initialization, standardDeviation, attentionScale);
        var model = new CpuRewardModel<TLanes>(shape, pool);
        model.Weights.Initialize(first);
        return model;
    }

    public ITrainablePolicy LoadPolicy(string path)
    {
        var (file, shape) = NetworkFile.Open(path, NetworkFile.Policy);
        var policy = new CpuPolicy<TLanes>(shape, pool);
        Load(path, file, policy.Weights);
        return policy;
    }

    public ITrainableRewardModel LoadRewardModel(string path)
    {
        var (file, shape) = NetworkFile.Open(path, NetworkFile.RewardModel);
        var model = new CpuRewardModel<TLanes>(shape, pool);
        Load(path, file, model.Weights);
        return model;
    }

    private static void Load(string path, SafetensorsFile file, Weights<float, TLanes> weights)
    {
        var named = new NamedWeights<TLanes>(weights);
        named.Load(NetworkFile.Parameters(path, file, named.Parameters));
    }
}
