using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// What is known of best-of-n without measuring: its KL, the inverse, and its win rate, for a reward without ties.
/// </summary>
/// <remarks>Every function takes any real n of at least 1, because curves are drawn between the whole ones.</remarks>
public static class BestOfNTheory
{
    /// <summary>D_KL(best-of-n ‖ policy) = ln n - (n - 1) / n, in nats.</summary>
    /// <remarks>
    /// Stiennon et al. 2020 (arXiv:2009.01325, appendix G.3). Exact when no two responses have the same proxy score; otherwise an
    /// upper bound (Beirami et al. 2024, arXiv:2401.01879, theorem 3.1): see <see cref="DiscreteBestOfN"/>.
    /// </remarks>
    /// <param name="n">How many samples are drawn to keep one; finite and at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is below 1 or not finite.</exception>
    public static KlNats Kl(double n)
    {
        Guard.Finite(n);
        if (!(n >= 1)) throw new ArgumentOutOfRangeException(nameof(n), n,
            FormattableString.Invariant($"n = {n} must be at least 1."));
        return new(KlOfExcess(n - 1));
    }

    /// <summary>The n whose best-of-n lies at this KL: the inverse of <see cref="Kl"/>.</summary>
    /// <param name="kl">D_KL(best-of-n ‖ policy); at most 700 nats (n = 2.8e304).</param>
    /// <returns>A real number of at least 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The divergence is above 700 nats.</exception>
    public static double Samples(KlNats kl)
    {
        Guard.InRange(kl.Value, 0, 700, nameof(kl));
        if (kl.Value == 0) return 1;
        // Newton on n = 1 + e^u, where the equation is smooth at both ends: KL ~ (n-1)²/2 near 1, ~ ln n - 1 far out.
        double u = kl.Value < 0.5 ? 0.5 * Math.Log(2 * kl.Value) : kl.Value + 1;
        for (int step = 0; step < 100; step++)
        {
            double excess = Math.Exp(u), slope = excess / (1 + excess) * (excess / (1 + excess));
            double change = (KlOfExcess(excess) - kl.Value) / slope;
            u -= Math.Clamp(change, -1, 1);
            if (Math.Abs(change) < 1e-15 * Math.Max(1, Math.Abs(u))) break;
        }
        return 1 + Math.Exp(u);
    }

    /// <summary>
    /// The interval of n that belongs to an interval of KL, such as that of a fit's peak; bounds past 700 nats are infinite.
    /// </summary>
    /// <param name="kl">An interval of KL in nats; negative bounds count as 0.</param>
    public static ConfidenceInterval Samples(ConfidenceInterval kl) =>
        kl.Map(static nats => nats <= 0 ? 1 : nats > 700 ? double.PositiveInfinity : Samples(new KlNats(nats)));

    /// <summary>
    /// The probability that the best of n beats one more sample by proxy, n / (n + 1), for a reward without ties.
    /// </summary>
    /// <param name="n">How many samples are drawn to keep one; finite and at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is below 1 or not finite.</exception>
    public static double WinRate(double n)
    {
        Guard.Finite(n);
        if (!(n >= 1)) throw new ArgumentOutOfRangeException(nameof(n), n,
            FormattableString.Invariant($"n = {n} must be at least 1."));
        return n / (n + 1);
    }

    // ln(1+x) - x/(1+x); near 0 by its series x²/2 - 2x³/3 + 3x⁴/4 - ..., where the difference would cancel.
    private static double KlOfExcess(double x)
    {
        if (x > 0.01) return Math.Log(1 + x) - x / (1 + x);
        double sum = 0, power = x * x;
        for (int k = 2; k <= 9; k++, power *= -x) sum += power * (k - 1) / k;
        return sum;
    }
}
