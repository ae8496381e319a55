using RewardScaling.Numerics;

namespace RewardScaling.TorchSharp;

/// <summary>How the networks of a <see cref="TorchEngine"/> are computed.</summary>
public sealed record TorchEngineOptions
{
    /// <summary>Threads of libtorch for one operation on the CPU, of the whole process; at least 1.</summary>
    /// <value>Default the number of processors.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The numbers a network is computed in.</summary>
    /// <value>Default <see cref="TorchPrecision.Float32"/>, which agrees with the CPU engine to rounding.</value>
    public TorchPrecision Precision { get; init; }

    /// <summary>
    /// Whether a training step keeps only the input of each block and computes the rest again on the way back (Chen et al. 2016,
    /// arXiv:1604.06174): a third more work for a fraction of the memory. A module from outside is not cut.
    /// </summary>
    /// <value>Default false.</value>
    public bool Checkpointing { get; init; }

    /// <summary>
    /// The most tokens, padding included, that are worked on at once; at least 1. A batch with more is worked on in pieces, and a
    /// piece that does not fit into memory is halved.
    /// </summary>
    /// <value>Default 1,048,576, where only memory decides.</value>
    public int TokensAtOnce { get; init; } = 1 << 20;

    /// <summary>Faults options no engine can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(TorchEngineOptions));
        faults.Require(Threads is >= 1 and <= 1024, nameof(Threads), Threads, "in [1, 1024]");
        faults.Require(Enum.IsDefined(Precision), nameof(Precision), Precision, "a value of TorchPrecision");
        faults.Require(TokensAtOnce >= 1, nameof(TokensAtOnce), TokensAtOnce, "at least 1");
        faults.ThrowIfAny();
    }
}
