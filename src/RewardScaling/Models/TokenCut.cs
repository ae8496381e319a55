using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Which tokens a sampler may draw: the k likeliest (top-k; Fan, Lewis and Dauphin 2018, arXiv:1805.04833), and of those the
/// fewest likeliest whose mass reaches p of theirs (top-p, the nucleus; Holtzman et al. 2020, arXiv:1904.09751).
/// </summary>
/// <remarks>
/// What is left is renormalised and is the policy that writes; log-probabilities and KLs under a cut are those of that policy and
/// not of the softmax. The temperature comes first. Of equally likely tokens the one earlier in the vocabulary is kept.
/// </remarks>
public sealed record TokenCut
{
    /// <summary>Every token may be drawn.</summary>
    public static TokenCut None { get; } = new();

    /// <summary>How many of the likeliest tokens are left, k; at least 1.</summary>
    /// <value>Default <see cref="int.MaxValue"/>: all, as the scaling laws speak of the whole policy.</value>
    public int TopK { get; init; } = int.MaxValue;

    /// <summary>The share of the mass of those k that is left, p; in (0, 1].</summary>
    /// <value>Default 1: all of it.</value>
    public double TopP { get; init; } = 1;

    /// <summary>Faults a cut that leaves nothing.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(TokenCut));
        faults.Require(TopK >= 1, nameof(TopK), TopK, "at least 1");
        faults.Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "in (0, 1]");
        faults.ThrowIfAny();
    }

    /// <summary>Whether any token of so many is cut away for sure or may be.</summary>
    internal bool Cuts(int vocabulary) => TopK < vocabulary || TopP < 1;
}
