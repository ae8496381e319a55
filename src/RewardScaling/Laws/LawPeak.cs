using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>What a fit says about the peak of the reward. Exactly one of the cases nested here.</summary>
public abstract record LawPeak
{
    private LawPeak() { }

    /// <summary>A peak between the smallest and the largest KL of the points that count.</summary>
    /// <param name="Kl">KL* in nats per sequence, the error by the delta method.</param>
    /// <param name="Reward">R*, the reward there, the error by the delta method.</param>
    public sealed record InsideData(Estimate Kl, Estimate Reward) : LawPeak
    {
        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"peak {Reward} at KL {Kl} nats");
    }

    /// <summary>The formula has a peak where nothing was measured: an extrapolation.</summary>
    /// <param name="Kl">KL* in nats per sequence, the error by the delta method.</param>
    /// <param name="Reward">R*, the reward there, the error by the delta method.</param>
    /// <param name="SmallestKl">The smallest KL of the points that count; those at KL = 0 count where the offset is free.</param>
    /// <param name="LargestKl">The largest KL that was measured.</param>
    public sealed record OutsideData(Estimate Kl, Estimate Reward, KlNats SmallestKl, KlNats LargestKl) : LawPeak
    {
        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant(
            $"no peak inside the data ({SmallestKl.Value:G4} to {LargestKl.Value:G4} nats); extrapolated: {Reward} at KL {Kl} nats");
    }

    /// <summary>The fitted formula has a peak, but its 95 percent interval of beta also holds 0, where it has none.</summary>
    /// <param name="Kl">KL* in nats per sequence, as fitted.</param>
    /// <param name="Reward">R*, as fitted.</param>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Undecided(Estimate Kl, Estimate Reward, string Reason) : LawPeak
    {
        /// <inheritdoc/>
        public override string ToString() =>
            FormattableString.Invariant($"the data cannot tell whether there is a peak: {Reason}; as fitted {Reward} at KL {Kl} nats");
    }

    /// <summary>The fitted formula has no peak.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record None(string Reason) : LawPeak
    {
        /// <inheritdoc/>
        public override string ToString() => $"no peak: {Reason}";
    }
}
