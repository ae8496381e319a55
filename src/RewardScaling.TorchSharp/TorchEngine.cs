using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Models;
using RewardScaling.Numerics;
using TorchSharp;

namespace RewardScaling.TorchSharp;

/// <summary>
/// Networks on libtorch, CPU or CUDA, by TorchSharp. The application adds the package with libtorch for its hardware:
/// libtorch-cpu-linux-x64 or its like for a CPU, TorchSharp-cuda-linux or TorchSharp-cuda-windows for a GPU.
/// </summary>
/// <remarks>
/// <para>
/// Files, first values and random numbers are those of the CPU engine: a saved network loads in both, a stream gives the same
/// first weights in both, and a seed draws the same tokens, except where a draw falls within rounding of the boundary of two
/// tokens. What libtorch computes may differ in the last bits with the batch, the number of threads and the device.
/// </para>
/// <para>Networks may be used from different threads, one call at a time each.</para>
/// <para>
/// On a Linux whose libstdc++ is older than TorchSharp asks for (GCC 12: Debian 12, Ubuntu 22.04) the first engine loads a
/// private copy of TorchSharp's native library that does without. There make an engine before any other use of TorchSharp.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// IEngine engine = new TorchEngine("cuda:0");
/// </code>
/// </example>
public sealed class TorchEngine : IEngine
{
    /// <summary>An engine on one device.</summary>
    /// <param name="device">"cpu", "cuda" or "cuda:N".</param>
    /// <param name="options">Threads, precision and memory; null for the defaults.</param>
    /// <param name="logger">Hears when a batch had to be halved for lack of memory, and once when an older libstdc++ made a
    /// private copy of TorchSharp's native library necessary; null for nobody.</param>
    /// <exception cref="ArgumentException">There is no such device, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The application has no libtorch; the message says which package to
    /// add.</exception>
    public TorchEngine(string device = "cpu", TorchEngineOptions? options = null, ILogger? logger = null)
    {
        Options = options ?? new();
        Options.Validate();
        Logger = logger ?? NullLogger.Instance;
        Device = Libtorch.Open(device, Logger);
        // Left to itself libtorch starts a thread for each processor it sees, which on a shared machine is too many.
        torch.set_num_threads(Options.Threads);
        Trained = this;
        BFloat16 = new TorchEngine(this);
    }

    // The sibling that only reads.
    private TorchEngine(TorchEngine trained)
    {
        (Options, Logger, Device) = (trained.Options with { Precision = TorchPrecision.BFloat16 }, trained.Logger,
            trained.Device);
        (Trained, BFloat16) = (trained, this);
    }

    /// <summary>How networks are computed.</summary>
    public TorchEngineOptions Options { get; }

    /// <summary>
    /// The same engine, on the same device, for networks that are only evaluated and sampled from: gold, a reference policy. It
    /// keeps them in bfloat16, half the memory, and computes in bfloat16, with the numbers that
    /// <see cref="TorchPrecision.BFloat16"/> gives on float32 weights that round to the same. Training such a network is a fault
    /// (<see cref="NotSupportedException"/>).
    /// </summary>
    public IEngine BFloat16 { get; }

    /// <inheritdoc/>
    public string Description => FormattableString.Invariant(
        $"libtorch by TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}, {Where}, {Options.Precision}{Narrow}");

    /// <summary>Whether networks are kept in bfloat16, to be read only.</summary>
    internal bool IsNarrow => Trained != this;

    /// <summary>The engine that trains: this one, or the one whose <see cref="BFloat16"/> this is.</summary>
    internal TorchEngine Trained { get; }

    internal torch.Device Device { get; }

    internal ILogger Logger { get; }

    /// <summary>Called before each piece of work with the tokens of it; a test makes memory run out here.</summary>
    internal Action<int>? BeforePiece { get; init; }

    private string Narrow => IsNarrow ? ", weights in bfloat16" : "";

    private string Where => Device.type == DeviceType.CUDA ? FormattableString.Invariant($"CUDA device {Device.index}")
        : FormattableString.Invariant($"CPU, {Options.Threads} {(Options.Threads == 1 ? "thread" : "threads")}");

    /// <inheritdoc/>
    public ITrainablePolicy CreatePolicy(TransformerShape shape, RandomStream initialization)
    {
        var first = Initialization.Policy(shape, initialization);
        var network = new Transformer(this, shape, NetworkParameter.PolicyHeads(shape));
        network.Weights.Initialize(first);
        return new TorchPolicy(network);
    }

    /// <inheritdoc/>
    public ITrainableRewardModel CreateRewardModel(TransformerShape shape, RandomStream initialization,
        double standardDeviation = 0.02, double attentionScale = 1)
    {
        var first = Initialization.RewardModel(shape, initialization, standardDeviation, attentionScale);
        var network = new Transformer(this, shape, NetworkParameter.RewardHeads);
        network.Weights.Initialize(first);
        return new TorchRewardModel(network);
    }

    /// <inheritdoc/>
    public ITrainablePolicy LoadPolicy(string path) => NetworkFile.Load(path, NetworkFile.Policy, (shape, values) =>
        new TorchPolicy(Load(shape, NetworkParameter.PolicyHeads(shape), values)));

    /// <inheritdoc/>
    public ITrainableRewardModel LoadRewardModel(string path) => NetworkFile.Load(path, NetworkFile.RewardModel,
        (shape, values) =>
        new TorchRewardModel(Load(shape, NetworkParameter.RewardHeads, values)));

    /// <summary>What it is.</summary>
    public override string ToString() => Description;

    private Transformer Load(TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads,
        IEnumerable<NamedTensor> values)
    {
        var network = new Transformer(this, shape, heads);
        network.Weights.Load(values);
        return network;
    }
}
