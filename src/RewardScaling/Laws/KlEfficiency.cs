using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// What a method gets for its KL: how methods are compared that spend it differently (Gao et al. 2022, section 3.5).
/// </summary>
public static class KlEfficiency
{
    // d up to 1e3 covers KL up to 1e6 nats, more than any policy has.
    private const int GridSize = 241;
    private const double Nearest = 1e-3, Farthest = 1e3;

    /// <summary>Reward gained per nat, (R(d) - R(0)) / KL.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="kl">Where; above 0.</param>
    /// <returns>With its error to first order; without one when the fit has none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The KL is 0.</exception>
    public static Estimate RewardPerNat(LawFit fit, KlNats kl)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Guard.Positive(kl.Value, nameof(kl));
        var gain = fit.GainAt(kl.Sqrt());
        return gain.HasStandardError ? new(gain.Value / kl.Value, gain.StandardError / kl.Value)
            : Estimate.WithoutError(gain.Value / kl.Value);
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
        double high = fit.Law.TryPeak(fit.Coefficients, out var peak) ? peak.Value : Farthest;
        if (fit.Evaluate(new(high)) < reward) return false;
        // Up to its peak a law rises, so one crossing lies between.
        double distance = Reach(d => fit.Evaluate(new(d)), reward, 0, high);
        kl = new(distance * distance);
        return true;
    }

    /// <summary>
    /// The interval of the smallest KL at which the reward reaches a level: from where the upper to where the lower confidence
    /// band first reaches it. Unbounded above when the lower band never does.
    /// </summary>
    /// <param name="fit">A fit with errors.</param>
    /// <param name="reward">The reward wanted, offset included.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <returns>Nats; from +∞ to +∞ when not even the upper band reaches the level.</returns>
    /// <exception cref="InvalidOperationException">Errors could not be estimated.</exception>
    public static ConfidenceInterval KlFor(LawFit fit, double reward, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Guard.Finite(reward);
        var intervals = fit.Intervals(level);
        double low = First(d => intervals.Reward(new(d)).High), high = First(d => intervals.Reward(new(d)).Low);
        return new(low * low, high * high, level);

        double First(Func<double, double> band)
        {
            if (band(0) >= reward) return 0;
            double last = 0;
            for (int i = 0; i < GridSize; i++)
            {
                double d = Nearest * Math.Pow(Farthest / Nearest, i / (GridSize - 1.0));
                if (band(d) >= reward) return Reach(band, reward, last, d);
                last = d;
            }
            return double.PositiveInfinity;
        }
    }

    // Bisection: below the level at low, not below it at high.
    private static double Reach(Func<double, double> curve, double level, double low, double high)
    {
        for (int step = 0; step < 200 && high - low > 1e-15 * high; step++)
        {
            double middle = 0.5 * (low + high);
            if (curve(middle) < level) low = middle; else high = middle;
        }
        return high;
    }
}
