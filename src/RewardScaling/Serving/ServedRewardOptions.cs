using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Serving;

/// <summary>How a served reward model is asked.</summary>
public sealed record ServedRewardOptions
{
    /// <summary>How it is asked and what it answers.</summary>
    /// <value>Default <see cref="ScoringContract.Plain"/>, this library's own.</value>
    public ScoringContract Contract { get; init; } = ScoringContract.Plain;

    /// <summary>The most rollouts in one request, at least 1.</summary>
    /// <value>Default 32, what Text Embeddings Inference takes unless told otherwise (<c>--max-client-batch-size</c>).</value>
    public int RolloutsPerRequest { get; init; } = 32;

    /// <summary>
    /// Makes one text of prompt and response, with the template the model was trained with; null for one behind the other. Plain
    /// and VllmScore send both as they are and do not ask it.
    /// </summary>
    /// <value>Default null.</value>
    public Func<TextRollout, string>? Text { get; init; }

    /// <summary>The label whose score counts, where a classifier has several: TEI's name of it, or vLLM's number.</summary>
    /// <value>Default null: there is one.</value>
    public string? Label { get; init; }

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(ServedRewardOptions));
        Require(faults, "");
        faults.ThrowIfAny();
    }

    /// <summary>Notes every fault.</summary>
    /// <param name="faults">Where they are noted.</param>
    /// <param name="prefix">What stands before each name.</param>
    internal void Require(Faults faults, string prefix)
    {
        faults.Require(Enum.IsDefined(Contract), prefix + nameof(Contract), Contract, "one of the contracts");
        faults.Require(RolloutsPerRequest >= 1, prefix + nameof(RolloutsPerRequest), RolloutsPerRequest, "at least 1");
    }

    /// <summary>The contract, how many rollouts a request has, and what else was chosen.</summary>
    public override string ToString() => FormattableString.Invariant($"{Contract}, {RolloutsPerRequest} rollouts a request")
        + (Label is null ? "" : $", label {Label}") + (Text is null ? "" : ", a template of its own");
}
