using MathNet.Numerics;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// Softer rules than best-of-n, by the quantile u of the proxy among the policy's own responses, for a proxy without ties.
/// </summary>
/// <remarks>
/// A rule is a density on [0, 1]: best-of-n has n u^(n-1). Uniform choice among the top k of n has (n/k) P(fewer than k of n - 1
/// others exceed u). Best-of-Poisson draws n = 1 + Poisson(μ) samples: (μ u + 1) exp(μ (u - 1)) (Khalaf et al. 2025,
/// arXiv:2506.19248; derived anew, because the public toy code has signs that do not match the paper).
/// </remarks>
public static class SelectionRules
{
    // A quantile that rounds to 1 is where gold may have no bound; it weighs less than 1e-11.
    private static readonly double Highest = Math.BitDecrement(1);

    /// <summary>D_KL of choosing uniformly among the k best of n; below ln(n / k), and the best-of-n value for k = 1.</summary>
    /// <param name="n">How many samples are drawn; at least 1.</param>
    /// <param name="k">How many of the best are chosen from; in [1, n].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public static KlNats TopKKl(int n, int k)
    {
        Guard.Positive(n);
        Guard.InRange(k, 1, n);
        if (k == 1) return BestOfNTheory.Kl(n);
        if (k == n) return KlNats.Zero;
        return new(Math.Max(0, NearOne(s =>
        {
            // P(Binomial(n - 1, s) < k), s = 1 - u.
            double density = (double)n / k * SpecialFunctions.BetaRegularized(n - k, k, 1 - s);
            return density > 0 ? density * Math.Log(density) : 0;
        })));
    }

    /// <summary>The mean quantile, which is the win rate against one more sample, under uniform choice among the k best of n: (2n
    /// + 1 - k) / (2n + 2).</summary>
    /// <param name="n">How many samples are drawn; at least 1.</param>
    /// <param name="k">How many of the best are chosen from; in [1, n].</param>
    public static double TopKWinRate(int n, int k)
    {
        Guard.Positive(n);
        Guard.InRange(k, 1, n);
        return (2.0 * n + 1 - k) / (2.0 * n + 2);
    }

    /// <summary>D_KL of best-of-Poisson.</summary>
    /// <param name="mu">The mean number of samples beyond the first; in [0, 1e6].</param>
    /// <exception cref="ArgumentOutOfRangeException">μ is outside its range.</exception>
    public static KlNats PoissonKl(double mu)
    {
        Guard.InRange(mu, 0, 1e6);
        if (mu == 0) return KlNats.Zero;
        return new(Math.Max(0, NearOne(s =>
        {
            double logDensity = Math.Log(mu * (1 - s) + 1) - mu * s;
            return Math.Exp(logDensity) * logDensity;
        })));
    }

    /// <summary>The mean quantile under best-of-Poisson, 1 - 1/μ + (1 - e^-μ) / μ².</summary>
    /// <param name="mu">The mean number of samples beyond the first; in [0, 1e6].</param>
    /// <exception cref="ArgumentOutOfRangeException">μ is outside its range.</exception>
    public static double PoissonWinRate(double mu)
    {
        Guard.InRange(mu, 0, 1e6);
        // Near 0 the terms cancel; the series is 1/2 + μ/6 - μ²/24 + μ³/120.
        return mu < 1e-2 ? 0.5 + mu * (1.0 / 6 - mu * (1.0 / 24 - mu / 120)) : 1 - 1 / mu - NearZero.Expm1(-mu) / (mu * mu);
    }

    /// <summary>
    /// E[g(u)] under best-of-n, for gold as a function of the proxy's quantile; to 1e-9 of E|g(u)|, also where g has steps or
    /// has no bound at u = 0 or 1, as a normal quantile has none.
    /// </summary>
    /// <param name="gold">Gold by quantile u in (0, 1); finite there.</param>
    /// <param name="n">How many samples are drawn; any real number of at least 1.</param>
    /// <exception cref="ArgumentException">Gold is NaN or infinite inside, or changes so often (a random function, say) that the
    /// integral cannot be had to 1e-9; the message says to what.</exception>
    public static double ExpectedGold(Func<double, double> gold, double n)
    {
        ArgumentNullException.ThrowIfNull(gold);
        _ = BestOfNTheory.Kl(n);
        // u = e^(-t/n) turns n u^(n-1) du into e^-t dt, smooth at both ends whatever n is.
        return NearOne(s => gold(Math.Clamp(Math.Pow(s, 1 / n), double.Epsilon, Highest)));
    }

    // ∫ f(s) ds over [0, 1] with s = e^-t; what lies beyond t = 40 weighs 4e-18.
    private static double NearOne(Func<double, double> f) => AdaptiveIntegral.Of(t => f(Math.Exp(-t)) * Math.Exp(-t), 0, 40);
}
