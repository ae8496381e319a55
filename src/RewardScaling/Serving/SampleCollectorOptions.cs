using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>How samples are collected.</summary>
public sealed record SampleCollectorOptions
{
    /// <summary>What the samples are of, for the folder: policy and reward models by name and version. A folder holds
    /// one.</summary>
    public required string Name { get; init; }

    /// <summary>N: how many samples each prompt has; at least 1.</summary>
    public required int SamplesPerPrompt { get; init; }

    /// <summary>How many samples of a prompt are drawn, scored and written together; at least 1.</summary>
    /// <value>Default 8, as <see cref="ServedPolicyOptions.SamplesPerRequest"/>: a request each.</value>
    public int SamplesTogether { get; init; } = 8;

    /// <summary>How many such portions are under way at once; at least 1.</summary>
    /// <value>Default 16, as <see cref="ServerOptions.RequestsAtOnce"/>. 1 for a policy in this process, which takes one call at
    /// a time.</value>
    public int PortionsAtOnce { get; init; } = 16;

    /// <summary>Whether the file is packed by gzip when it is finished; while it grows it is plain.</summary>
    /// <value>Default false.</value>
    public bool Gzip { get; init; }

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(SampleCollectorOptions));
        faults.Require(!string.IsNullOrWhiteSpace(Name), nameof(Name), $"'{Name}'", "a name");
        faults.Require(SamplesPerPrompt >= 1, nameof(SamplesPerPrompt), SamplesPerPrompt, "at least 1");
        faults.Require(SamplesTogether >= 1, nameof(SamplesTogether), SamplesTogether, "at least 1");
        faults.Require(PortionsAtOnce >= 1, nameof(PortionsAtOnce), PortionsAtOnce, "at least 1");
        faults.ThrowIfAny();
    }
}
