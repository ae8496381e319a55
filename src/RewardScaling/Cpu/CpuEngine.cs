using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// Networks in managed code, with the widest registers the processor has. The same weights and tokens give the same bits at any
/// number of threads and however a batch is split.
/// </summary>
/// <remarks>Networks of one engine share its threads; they may be used from different threads, one call at a time each.</remarks>
public sealed class CpuEngine : IEngine
{
    private readonly WorkerPool _pool;
    private readonly int _lanes;

    /// <summary>An engine on all cores.</summary>
    public CpuEngine()
        : this(Environment.ProcessorCount)
    {
    }

    /// <summary>An engine on some cores.</summary>
    /// <param name="threads">How many threads work, the caller's included; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public CpuEngine(int threads)
        : this(threads, Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8
            : Vector128.IsHardwareAccelerated ? 4 : 1)
    {
    }

    /// <summary>
    /// An engine with registers of a given number of floats: 16, 8, 4 or 1. What the processor lacks is emulated, slowly.
    /// </summary>
    internal CpuEngine(int threads, int lanes)
    {
        Guard.InRange(threads, 1, 1024);
        _pool = new(threads);
        _lanes = lanes;
    }

    /// <inheritdoc/>
    public string Description =>
        FormattableString.Invariant($"CPU, {_pool.Workers} {(_pool.Workers == 1 ? "thread" : "threads")}, {RegisterName}, ") +
        RuntimeInformation.ProcessArchitecture;

    private string RegisterName => _lanes switch
    {
        16 => Float512.Name,
        8 => Float256.Name,
        4 => Float128.Name,
        _ => FloatScalar.Name,
    };

    /// <inheritdoc/>
    public ITrainablePolicy CreatePolicy(TransformerShape shape, RandomStream initialization)
    {
        var first = Initialization.Policy(shape, initialization);
        return _lanes switch
        {
            16 => Create<Float512>(),
            8 => Create<Float256>(),
            4 => Create<Float128>(),
            _ => Create<FloatScalar>(),
        };
        CpuPolicy<TLanes> Create<TLanes>() where TLanes : struct, ILanes<TLanes, float>
        {
            var policy = new CpuPolicy<TLanes>(shape, _pool);
            policy.Weights.Initialize(first);
            return policy;
        }
    }

    /// <inheritdoc/>
    public ITrainableRewardModel CreateRewardModel(TransformerShape shape, RandomStream initialization,
        double standardDeviation = 0.02, double attentionScale = 1)
    {
        var first = Initialization.RewardModel(shape, initialization, standardDeviation, attentionScale);
        return _lanes switch
        {
            16 => Create<Float512>(),
            8 => Create<Float256>(),
            4 => Create<Float128>(),
            _ => Create<FloatScalar>(),
        };
        CpuRewardModel<TLanes> Create<TLanes>() where TLanes : struct, ILanes<TLanes, float>
        {
            var model = new CpuRewardModel<TLanes>(shape, _pool);
            model.Weights.Initialize(first);
            return model;
        }
    }

    /// <inheritdoc/>
    public ITrainablePolicy LoadPolicy(string path)
    {
        var (file, shape) = NetworkFile.Open(path, NetworkFile.Policy);
        return _lanes switch
        {
            16 => Load<Float512>(),
            8 => Load<Float256>(),
            4 => Load<Float128>(),
            _ => Load<FloatScalar>(),
        };
        CpuPolicy<TLanes> Load<TLanes>() where TLanes : struct, ILanes<TLanes, float>
        {
            var policy = new CpuPolicy<TLanes>(shape, _pool);
            Checkpoint.Load(path, file, policy.Weights);
            return policy;
        }
    }

    /// <inheritdoc/>
    public ITrainableRewardModel LoadRewardModel(string path)
    {
        var (file, shape) = NetworkFile.Open(path, NetworkFile.RewardModel);
        return _lanes switch
        {
            16 => Load<Float512>(),
            8 => Load<Float256>(),
            4 => Load<Float128>(),
            _ => Load<FloatScalar>(),
        };
        CpuRewardModel<TLanes> Load<TLanes>() where TLanes : struct, ILanes<TLanes, float>
        {
            var rewardModel = new CpuRewardModel<TLanes>(shape, _pool);
            Checkpoint.Load(path, file, rewardModel.Weights);
            return rewardModel;
        }
    }
}
