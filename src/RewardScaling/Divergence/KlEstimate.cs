using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>
/// An estimate of D_KL(π ‖ reference) in nats per sequence, made from sequences sampled from π, with how it was made.
/// </summary>
/// <remarks>
/// A KL without its estimator, unit and direction cannot be compared with another: tools log per-token means, per-sequence sums,
/// k1, k2 and k3 under the same name. So the number and its description stay together here.
/// </remarks>
[TypeFormatterSource]
public sealed record KlEstimate
{
    internal KlEstimate(string estimator, Estimate value, int sequences, int clusters)
    {
        Estimator = estimator;
        Value = value;
        Sequences = sequences;
        Clusters = clusters;
    }

    /// <summary>
    /// Nats per sequence and the standard error. The mean of k1 may come out negative; k2, k3 and the exact one cannot.
    /// </summary>
    public Estimate Value { get; }

    /// <summary>The estimator: "k1", "k2", "k3", one of them "of the sequence ratio", or "exact per token".</summary>
    public string Estimator { get; }

    /// <summary>The unit: nats per sequence, summed over the response tokens.</summary>
    public string Unit { get; } = "nats/sequence";

    /// <summary>How many sequences were averaged.</summary>
    public int Sequences { get; }

    /// <summary>
    /// How many independent groups the standard error rests on: prompts when they were named, otherwise the sequences.
    /// </summary>
    public int Clusters { get; }

    /// <summary>
    /// The estimate with everything needed to read it: "KL(π‖ref) = 3.41 ± 0.08 nats/sequence (k3, 512
    /// sequences, sampled from π)".
    /// </summary>
    public override string ToString()
    {
        string prompts = Clusters < Sequences ? FormattableString.Invariant($" of {Clusters} prompts") : "";
        return FormattableString.Invariant($"KL(π‖ref) = {Value} {Unit} ({Estimator}, {Sequences} sequences{prompts}, sampled from π)");
    }
}
