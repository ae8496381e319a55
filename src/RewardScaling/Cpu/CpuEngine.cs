using System.Runtime.Intrinsics;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// Networks in managed code, with the widest registers the processor has. The same weights and tokens give the same bits at any
/// number of threads and however a batch is split. On x64 without FMA (no AVX2, or compiled ahead of time for such processors)
/// multiply-adds are rounded twice, so bits differ from those elsewhere; <see cref="Description"/> says so.
/// </summary>
/// <remarks>
/// Networks of one engine share its threads. They may be used from different threads, one call at a time each: a second one is a
/// fault.
/// </remarks>
/// <example>
/// <code>
/// var engine = new CpuEngine();
/// using ITrainablePolicy policy = engine.CreatePolicy(
///     new TransformerShape { Vocabulary = 256, Context = 64, Width = 64, Layers = 2, Heads = 4 }, RandomStream.FromSeed(1));
/// </code>
/// </example>
public sealed class CpuEngine : IEngine
{
    private readonly IEngine _engine;

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
        var pool = new WorkerPool(threads);
        (_engine, BFloat16) = (Create(false), Create(true));

        IEngine Create(bool isNarrow) => lanes switch
        {
            16 => new LanesEngine<Float512>(pool, isNarrow),
            8 => new LanesEngine<Float256>(pool, isNarrow),
            4 => new LanesEngine<Float128>(pool, isNarrow),
            _ => new LanesEngine<FloatScalar>(pool, isNarrow),
        };
    }

    /// <summary>
    /// The same engine, on the same threads, for networks that are only evaluated and sampled from: gold, a reference policy. It
    /// keeps matrices and tables in bfloat16, half the memory, and computes in float32 with what they round to; a model that is
    /// stored in bfloat16 loses nothing. Training such a network is a fault (<see cref="NotSupportedException"/>).
    /// </summary>
    public IEngine BFloat16 { get; }

    /// <inheritdoc/>
    public string Description => _engine.Description;

    /// <inheritdoc/>
    public string Arithmetic => _engine.Arithmetic;

    /// <inheritdoc/>
    public ITrainablePolicy CreatePolicy(TransformerShape shape, RandomStream initialization) =>
        _engine.CreatePolicy(shape, initialization);

    /// <inheritdoc/>
    public ITrainableRewardModel CreateRewardModel(TransformerShape shape, RandomStream initialization,
        double standardDeviation = 0.02, double attentionScale = 1) =>
        _engine.CreateRewardModel(shape, initialization, standardDeviation, attentionScale);

    /// <inheritdoc/>
    public ITrainablePolicy LoadPolicy(string path) => _engine.LoadPolicy(path);

    /// <inheritdoc/>
    public ITrainableRewardModel LoadRewardModel(string path) => _engine.LoadRewardModel(path);

    /// <summary>What it is.</summary>
    public override string ToString() => Description;
}
