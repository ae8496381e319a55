using static System.FormattableString;

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
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException($"{nameof(TorchEngineOptions)}: {string.Join(' ', faults)}");
    }

    private IEnumerable<string> Faults()
    {
        if (Threads is < 1 or > 1024) yield return Invariant($"{nameof(Threads)} = {Threads} must be in [1, 1024].");
        if (!Enum.IsDefined(Precision)) yield return Invariant($"{nameof(Precision)} = {Precision} must be a value of TorchPrecision.");
        if (TokensAtOnce < 1) yield return Invariant($"{nameof(TokensAtOnce)} = {TokensAtOnce} must be at least 1.");
    }
}
