using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>KL between next-token distributions given as their whole lists of log-probabilities, cut ones included.</summary>
/// <remarks>
/// Where sampling is cut to the k likeliest tokens (Fan, Lewis and Dauphin 2018) or to the nucleus of mass p (Holtzman et al.
/// 2020), the policy that writes is the cut one, renormalised. Its KL is that of <see cref="Cut"/>; log-probabilities of the
/// uncut policy on its samples estimate no KL at all.
/// </remarks>
public static class NextTokenKl
{
    /// <summary>Σ π (ln π - ln reference) in nats, exactly; tokens of probability 0 under π count nothing.</summary>
    /// <param name="logPolicy">ln π of every token of the vocabulary; -infinity for probability 0.</param>
    /// <param name="logReference">ln reference of the same tokens; -infinity for probability 0.</param>
    /// <returns>At least 0.</returns>
    /// <exception cref="ArgumentException">Lists of different lengths, a NaN, or probabilities that do not sum to 1 within
    /// 1e-6.</exception>
    /// <exception cref="InfiniteKlException">The reference is 0 where π is not.</exception>
    public static double Exact(ReadOnlySpan<double> logPolicy, ReadOnlySpan<double> logReference)
    {
        Guard.Length(logReference.Length, logPolicy.Length, nameof(logReference));
        RequireDistribution(logPolicy, nameof(logPolicy));
        RequireDistribution(logReference, nameof(logReference));
        double kl = 0;
        for (int token = 0; token < logPolicy.Length; token++)
        {
            if (double.IsNegativeInfinity(logPolicy[token])) continue;
            if (double.IsNegativeInfinity(logReference[token])) throw new InfiniteKlException($"logReference[{token}]");
            kl += Math.Exp(logPolicy[token]) * (logPolicy[token] - logReference[token]);
        }
        return Math.Max(0, kl);
    }

    /// <summary>
    /// The distribution left by top-k and then top-p, renormalised: the k likeliest tokens, of those the fewest likeliest whose
    /// mass reaches p. Of equally likely tokens the one earlier in the vocabulary comes first.
    /// </summary>
    /// <param name="logProbs">ln π of every token.</param>
    /// <param name="topK">k, at least 1; <see cref="int.MaxValue"/> for all.</param>
    /// <param name="topP">p, in (0, 1]; 1 for all.</param>
    /// <returns>ln of the cut distribution; -infinity for what is cut away.</returns>
    /// <exception cref="ArgumentException">A number out of range, or no distribution.</exception>
    public static double[] Cut(ReadOnlySpan<double> logProbs, int topK = int.MaxValue, double topP = 1)
    {
        Guard.Positive(topK);
        Guard.Positive(topP);
        Guard.InRange(topP, 0, 1);
        RequireDistribution(logProbs, nameof(logProbs));
        double[] cut = logProbs.ToArray();
        double shift = TopCut.Apply(cut, topK, topP, new double[cut.Length]);
        foreach (ref double log in cut.AsSpan()) log -= shift;
        return cut;
    }

    private static void RequireDistribution(ReadOnlySpan<double> logProbs, string name)
    {
        double sum = 0;
        for (int token = 0; token < logProbs.Length; token++)
        {
            if (double.IsNaN(logProbs[token]))
                throw new ArgumentException($"{name}[{token}] is NaN; a log-probability is at most 0, -infinity for probability 0.", name);
            sum += Math.Exp(logProbs[token]);
        }
        if (!(Math.Abs(sum - 1) <= 1e-6))
            throw new ArgumentException(FormattableString.Invariant($"The probabilities of {name} sum to {sum}; they must sum to 1."), name);
    }
}
