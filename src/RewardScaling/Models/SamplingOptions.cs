using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>How responses are drawn.</summary>
public sealed record SamplingOptions
{
    /// <summary>How many tokens each response has; where there is an end token, at most.</summary>
    public required int ResponseLength { get; init; }

    /// <summary>Logits are divided by this before the softmax.</summary>
    /// <value>Default 1, the policy's own distribution; Gao et al. do not state theirs.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>Which tokens may be drawn at that temperature: top-k and top-p.</summary>
    /// <value>Default <see cref="TokenCut.None"/>: all, so that the policy that writes is the one whose KL the laws speak
    /// of.</value>
    public TokenCut Cut { get; init; } = TokenCut.None;

    /// <summary>The token that ends a response, the last one in it; null where every response has the full length.</summary>
    /// <value>Default null, as Ziegler et al. 2019 sample.</value>
    public int? EndToken { get; init; }

    /// <summary>Faults options no sampler can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(SamplingOptions));
        faults.Require(ResponseLength >= 1, nameof(ResponseLength), ResponseLength, "at least 1");
        faults.Require(Temperature > 0 && double.IsFinite(Temperature), nameof(Temperature), Temperature, "positive and finite");
        faults.Require(EndToken is null or >= 0, nameof(EndToken), EndToken ?? 0, "a token, at least 0, or null");
        faults.Require(Cut is not null, nameof(Cut), "null", "given; TokenCut.None cuts nothing");
        faults.ThrowIfAny();
        Cut!.Validate();
    }
}
