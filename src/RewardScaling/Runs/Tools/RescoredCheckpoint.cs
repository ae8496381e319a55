using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>One policy's distance from the reference, from the log-probabilities of its own samples, with what they are
/// worth.</summary>
public sealed record RescoredCheckpoint
{
    /// <summary>The step or name of the checkpoint; empty where the file has one only.</summary>
    public required string Name { get; init; }

    /// <summary>The step; the place in the order of the file where it is no number.</summary>
    public required double Step { get; init; }

    /// <summary>Σ over the response of ln π - ln reference, mean over sequences, in nats per sequence; its error is clustered by
    /// prompt.</summary>
    public required KlEstimate K1 { get; init; }

    /// <summary>Σ over the response of reference/π - 1 - ln(reference/π); null where the samples were cut, for which it is
    /// biased.</summary>
    public KlEstimate? K3 { get; init; }

    /// <summary>Mean number of response tokens.</summary>
    public required double Length { get; init; }

    /// <summary>Mean proxy score, its error clustered by prompt; null where the samples have none.</summary>
    public Estimate? Proxy { get; init; }

    /// <summary>Mean gold, its error clustered by prompt; null where the samples have none.</summary>
    public Estimate? Gold { get; init; }

    /// <summary>The share of tokens that the policy gives at least the probability that the reference gives them.</summary>
    public required double TokensAbove { get; init; }

    /// <summary>The mean over tokens of reference/π, which is 1 in expectation where the samples are from π itself.</summary>
    public required double MeanRatio { get; init; }

    /// <summary>The checkpoint and its KL.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}, step {Step}: {K1}");
}
