using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// What a method gets for its KL: how methods are compared that spend it differently (Gao et al. 2022, section 3.5).
/// </summary>
public static class KlEfficiency
{
    /// <summary>Reward gained per nat, (R(d) - R(0)) / KL.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="kl">Where; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The KL is 0.</exception>
    public static double RewardPerNat(LawFit fit, KlNats kl)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Guard.Positive(kl.Value, nameof(kl));
        return (fit.Evaluate(kl.Sqrt()) - fit.Evaluate(default)) / kl.Value;
    }

    /// <summary>The smallest KL at which the fitted reward reaches a level.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="reward">The reward wanted, offset included.</param>
    /// <param name="kl">The KL; 0 when it is never reached.</param>
    /// <returns>Whether it is reached at or before the peak, or, without a peak, below 1e6 nats.</returns>
    public static bool TryKlFor(LawFit fit, double reward, out KlNats kl)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Guard.Finite(reward);
        kl = KlNats.Zero;
        if (fit.Evaluate(default) >= reward) return true;
        double high = fit.Law.TryPeak(fit.Coefficients, out var peak) ? peak.Value : 1e3, low = 0;
        if (fit.Evaluate(new(high)) < reward) return false;
        // Up to its peak a law rises, so one crossing lies between.
        for (int step = 0; step < 200 && high - low > 1e-15 * high; step++)
        {
            double middle = 0.5 * (low + high);
            if (fit.Evaluate(new(middle)) < reward) low = middle; else high = middle;
        }
        kl = new(high * high);
        return true;
    }
}
