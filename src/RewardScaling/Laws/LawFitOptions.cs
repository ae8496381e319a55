using System.Collections.Immutable;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// How a law is fitted to a curve. Immutable; <see cref="Fix"/>, <see cref="Bound"/> and <see cref="Free"/> give changed copies.
/// </summary>
public sealed record LawFitOptions
{
    /// <summary>The name of the reward at d = 0, which every law leaves out and every fit has: fixed at 0 unless freed.</summary>
    public const string Offset = "offset";

    /// <summary>Which reward is fitted.</summary>
    /// <value>Default gold, as in Gao et al. 2022, section 3.</value>
    public RewardTarget Target { get; init; } = RewardTarget.Gold;

    /// <summary>What the points' standard errors mean to the fit.</summary>
    /// <value>Default equal weights; Gao et al. do not say how they fitted, and this needs no errors.</value>
    public LawWeighting Weighting { get; init; } = LawWeighting.Equal;

    /// <summary>What the reward at KL = 0 is taken to be. A range of <see cref="Offset"/> goes before it.</summary>
    /// <value>Default by the data: R(0) = 0 (Gao et al. 2022, section 1) unless points at KL = 0 contradict it, as raw scores do.
    /// </value>
    public OffsetRule OffsetRule { get; init; } = OffsetRule.ByData;

    /// <summary>The ranges of coefficients that were fixed, bounded or freed, by name; the others have the law's own.</summary>
    /// <value>Default none: coefficients as the law says, the offset as <see cref="OffsetRule"/> says.</value>
    public ImmutableSortedDictionary<string, ParameterRange> Ranges { get; init; } =
        ImmutableSortedDictionary<string, ParameterRange>.Empty;

    /// <summary>Fixes a coefficient.</summary>
    /// <param name="parameter">A name of the law's, or <see cref="Offset"/>.</param>
    /// <param name="value">Its value; finite.</param>
    public LawFitOptions Fix(string parameter, double value)
    {
        Guard.Finite(value);
        return Bound(parameter, value, value);
    }

    /// <summary>Allows a coefficient a range.</summary>
    /// <param name="parameter">A name of the law's, or <see cref="Offset"/>.</param>
    /// <param name="min">The smallest value, perhaps -∞.</param>
    /// <param name="max">The largest value, perhaps +∞.</param>
    /// <exception cref="ArgumentOutOfRangeException">NaN, or a largest below the smallest.</exception>
    public LawFitOptions Bound(string parameter, double min = double.NegativeInfinity, double max = double.PositiveInfinity)
    {
        ArgumentException.ThrowIfNullOrEmpty(parameter);
        if (!(min <= max)) throw new ArgumentOutOfRangeException(nameof(max), max,
            FormattableString.Invariant($"[{min}, {max}] is no range for {parameter}."));
        return this with { Ranges = Ranges.SetItem(parameter, new(min, max)) };
    }

    /// <summary>
    /// Lets the data decide a coefficient without bounds; with <see cref="Offset"/>, for win rates and
    /// accuracies, whose start is not 0.
    /// </summary>
    /// <param name="parameter">A name of the law's, or <see cref="Offset"/>.</param>
    public LawFitOptions Free(string parameter) => Bound(parameter);

    /// <summary>Whether the data freed the offset, by <see cref="OffsetRule.ByData"/>.</summary>
    internal bool IsOffsetFreed { get; private init; }

    /// <summary>The same options with the offset decided for these curves, alike for all of them.</summary>
    internal LawFitOptions WithOffsetFor(params ReadOnlySpan<RewardCurve> curves)
    {
        if (Ranges.ContainsKey(Offset)) return this;
        if (OffsetRule == OffsetRule.Free) return Free(Offset);
        if (OffsetRule == OffsetRule.ByData)
            foreach (var curve in curves)
                if (StartingReward.Of(curve, Target)?.Contradicts(0) == true) return Free(Offset) with { IsOffsetFreed = true };
        return Fix(Offset, 0);
    }

    /// <summary>The same options with R(0) = 0 after all: the points are too few for another coefficient.</summary>
    internal LawFitOptions WithoutOffset() => Fix(Offset, 0) with { IsOffsetFreed = false };

    /// <summary>Faults options no fit can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(LawFitOptions));
        faults.Require(Enum.IsDefined(Target), nameof(Target), Target, "Gold or Proxy");
        faults.Require(Enum.IsDefined(Weighting), nameof(Weighting), Weighting,
            "Equal, RelativeErrors, KnownErrors or SharedSamples");
        faults.Require(Enum.IsDefined(OffsetRule), nameof(OffsetRule), OffsetRule, "ByData, Zero or Free");
        foreach (var (name, range) in Ranges) faults.Require(range.Min <= range.Max, name, range, "a range");
        faults.ThrowIfAny();
    }

    /// <summary>What differs from the defaults.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Target}, {Weighting}, offset {OffsetRule}{string.Concat(Ranges.Select(static pair => FormattableString.Invariant($", {pair.Key} in {pair.Value.Min:G4} to {pair.Value.Max:G4}")))}");
}
