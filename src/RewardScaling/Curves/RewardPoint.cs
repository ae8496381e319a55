using System.Diagnostics.CodeAnalysis;
using System.Text;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>
/// One point of an overoptimization curve: how far the policy went, what the proxy says of it and what gold says.
/// </summary>
[TypeFormatterSource]
public sealed record RewardPoint
{
    // A score that is not there is Estimate.None and not null, which takes half as much again: curves hold a million points.
    private readonly Estimate _proxy = Estimate.None, _gold = Estimate.None;

    /// <summary>A point, whose properties are to be set.</summary>
    public RewardPoint() { }

    [SetsRequiredMembers]
    private RewardPoint(Estimate kl, Estimate? proxy, Estimate? gold, double effort) =>
        (Kl, _proxy, _gold, Effort) = (kl, proxy ?? Estimate.None, gold ?? Estimate.None, effort);

    /// <summary>D_KL(π ‖ π_init), in nats per sequence; never negative.</summary>
    public required Estimate Kl { get; init; }

    /// <summary>Mean score by the proxy reward model, the measure that was optimised.</summary>
    /// <exception cref="InvalidOperationException">It was not measured: see <see cref="HasProxy"/>.</exception>
    public required Estimate Proxy
    {
        get => HasProxy ? _proxy : throw new InvalidOperationException("This point has no proxy score; ask HasProxy first.");
        init => _proxy = value;
    }

    /// <summary>Mean score by the gold reward model, the one that counts.</summary>
    /// <exception cref="InvalidOperationException">It was not measured: see <see cref="HasGold"/>.</exception>
    public required Estimate Gold
    {
        get => HasGold ? _gold : throw new InvalidOperationException("This point has no gold score; ask HasGold first.");
        init => _gold = value;
    }

    /// <summary>Whether the proxy's score is known; false only in a run whose log lacks it at this point.</summary>
    public bool HasProxy => !_proxy.IsNone;

    /// <summary>Whether the gold score is known; false only in a run whose log lacks it at this point.</summary>
    public bool HasGold => !_gold.IsNone;

    /// <summary>The n of best-of-n, or the PPO step: what the optimizer was told, as opposed to how far it got.</summary>
    public required double Effort { get; init; }

    /// <summary>d = sqrt(KL).</summary>
    public KlDistance Distance => new KlNats(Kl.Value).Sqrt();

    /// <summary>A point that may lack a score.</summary>
    internal static RewardPoint Partial(Estimate kl, Estimate? proxy, Estimate? gold, double effort) =>
        new(kl, proxy, gold, effort);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append(FormattableString.Invariant($"Kl = {Kl}, Proxy = {(HasProxy ? Proxy : "none")}, Gold = {(HasGold ? Gold : "none")}, Effort = {Effort}"));
        return true;
    }
}
