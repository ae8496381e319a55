using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>How responses are drawn.</summary>
public sealed record SamplingOptions
{
    /// <summary>How many tokens each response has.</summary>
    public required int ResponseLength { get; init; }

    /// <summary>Logits are divided by this before the softmax.</summary>
    /// <value>Default 1, the policy's own distribution; Gao et al. do not state theirs.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>Faults options no sampler can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(SamplingOptions));
        faults.Require(ResponseLength >= 1, nameof(ResponseLength), ResponseLength, "at least 1");
        faults.Require(Temperature > 0 && double.IsFinite(Temperature), nameof(Temperature), Temperature, "positive and finite");
        faults.ThrowIfAny();
    }
}
