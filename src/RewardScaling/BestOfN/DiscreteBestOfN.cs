using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>Best-of-n over finitely many outcomes, exactly, ties included.</summary>
/// <remarks>
/// Ties are broken at random, as best-of-n over independent samples does. The law is p_n(y) = p(y) [F(y)ⁿ - F⁻(y)ⁿ] / P(r =
/// r(y)), with F(y) = P(r ≤ r(y)) and F⁻(y) = P(r &lt; r(y)) (Beirami et al. 2024, arXiv:2401.01879, lemma 3.1; with ties Sessa
/// et al. 2024, arXiv:2407.14622).
/// </remarks>
public sealed class DiscreteBestOfN
{
    private readonly double[] _probabilities, _below, _upTo;

    /// <summary>A finite set of outcomes.</summary>
    /// <param name="probabilities">The probability of each outcome under the policy; not negative,
    /// summing to 1 within 1e-9.</param>
    /// <param name="rewards">The proxy score of each outcome; finite. Equal scores are ties.</param>
    /// <exception cref="ArgumentException">No outcome, lists of different lengths, or numbers that
    /// are not probabilities.</exception>
    public DiscreteBestOfN(ReadOnlySpan<double> probabilities, ReadOnlySpan<double> rewards)
    {
        if (probabilities.IsEmpty) throw new ArgumentException("probabilities is empty; there must be at least one outcome.",
            nameof(probabilities));
        Guard.Length(rewards.Length, probabilities.Length, nameof(rewards));
        Guard.AllFinite(rewards);
        double total = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            Guard.InRange(probabilities[i], 0, 1, $"probabilities[{i}]");
            total += probabilities[i];
        }
        if (Math.Abs(total - 1) > 1e-9) throw new ArgumentException(FormattableString.Invariant($"probabilities sum to {total}; they must sum to 1."), nameof(probabilities));
        _probabilities = probabilities.ToArray();
        _below = new double[_probabilities.Length];
        _upTo = new double[_probabilities.Length];
        var scores = rewards.ToArray();
        var order = Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ToArray();
        double cumulative = 0;
        for (int start = 0, end; start < order.Length; start = end)
        {
            double mass = 0;
            for (end = start; end < order.Length
                && scores[order[end]] == scores[order[start]]; end++) mass += _probabilities[order[end]];
            for (int i = start; i < end; i++) (_below[order[i]], _upTo[order[i]]) = (cumulative, end == order.Length ? 1
                : cumulative + mass);
            cumulative += mass;
        }
    }

    /// <summary>The probability of each outcome after best-of-n.</summary>
    /// <param name="n">How many samples are drawn to keep one; at least 1.</param>
    public double[] Distribution(int n)
    {
        Guard.Positive(n);
        var law = new double[_probabilities.Length];
        for (int i = 0; i < law.Length; i++) law[i] = _probabilities[i] * Ratio(i, n);
        return law;
    }

    /// <summary>
    /// D_KL(best-of-n ‖ policy), exactly; at most <see cref="BestOfNTheory.Kl"/> and at most -ln P(best score).
    /// </summary>
    /// <param name="n">How many samples are drawn to keep one; at least 1.</param>
    public KlNats Kl(int n)
    {
        Guard.Positive(n);
        double kl = 0;
        for (int i = 0; i < _probabilities.Length; i++)
        {
            double ratio = Ratio(i, n);
            if (ratio > 0) kl += _probabilities[i] * ratio * Math.Log(ratio);
        }
        return new(Math.Max(0, kl));
    }

    /// <summary>
    /// The probability that the best of n beats one more sample by proxy, a tie counting one half; at most n / (n + 1).
    /// </summary>
    /// <param name="n">How many samples are drawn to keep one; at least 1.</param>
    public double WinRate(int n)
    {
        Guard.Positive(n);
        double rate = 0;
        for (int i = 0; i < _probabilities.Length; i++) rate += _probabilities[i] * Ratio(i, n) * 0.5 * (_below[i] + _upTo[i]);
        return rate;
    }

    /// <summary>
    /// Beirami et al.'s estimate of D_KL(best-of-n ‖ policy) from the probability of the response that was selected;
    /// its mean over selected responses is closer to the truth than <see cref="BestOfNTheory.Kl"/> where responses
    /// have sizeable probabilities.
    /// </summary>
    /// <remarks>
    /// arXiv:2401.01879, section 4: (1-ε)ⁿ [ln n + (n-1) ln(1-ε) - (n-1)/n] + (1-(1-ε)ⁿ) ln[(1-(1-ε)ⁿ)/ε]. It lies between 0 and
    /// ln n - (n-1)/n, and is exact when the best outcome is an atom of mass ε and the rest is continuous. Real responses mostly
    /// have ε so small that it equals the analytic value.
    /// </remarks>
    /// <param name="probability">ε, the policy's probability of the selected response; in (0, 1].</param>
    /// <param name="n">How many samples were drawn to keep one; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public static double BeiramiEstimate(double probability, int n)
    {
        if (!(probability > 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability,
                FormattableString.Invariant($"probability = {probability} must be in (0, 1]."));
        Guard.Positive(n);
        if (n == 1 || probability == 1) return 0;
        double logMiss = NearZero.Log1p(-probability), miss = Math.Exp(n * logMiss), hit = -NearZero.Expm1(n * logMiss);
        double nats = hit * Math.Log(hit / probability);
        if (miss > 0) nats += miss * (Math.Log(n) + (n - 1) * logMiss - (n - 1.0) / n);
        return Math.Max(0, nats);
    }

    // p_n / p = (Fⁿ - F⁻ⁿ) / (F - F⁻), through expm1 so that small masses keep their digits; n F^(n-1) in the limit of no mass.
    private double Ratio(int i, int n)
    {
        double upTo = _upTo[i], mass = upTo - _below[i];
        if (upTo == 0) return n == 1 ? 1 : 0;
        if (mass <= 0) return n * Math.Pow(upTo, n - 1);
        return mass >= upTo ? Math.Pow(upTo, n - 1)
            : -Math.Pow(upTo, n) * NearZero.Expm1(n * NearZero.Log1p(-mass / upTo)) / mass;
    }
}
