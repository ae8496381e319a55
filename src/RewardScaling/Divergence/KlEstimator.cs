using System.Numerics;
using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>Estimators of D_KL(π ‖ reference) in nats per sequence from sequences sampled from π, the policy itself.</summary>
/// <remarks>
/// <para>
/// With x = ln π(token) - ln reference(token): k1 = x is unbiased but noisy and may be negative; k2 = x²/2 is biased and never
/// negative; k3 = exp(-x) - 1 + x is unbiased and never negative, but where the policies are far apart its variance exceeds that
/// of k1. Each is summed over the response tokens of a sequence and averaged over sequences. The sum of per-token k3 is an
/// unbiased estimate of the sequence KL; it is not k3 of the sequence's ratio (<see cref="EstimateOfSequenceRatio{T}"/>),
/// which is unbiased too.
/// </para>
/// <para>
/// <see cref="Exact{T}"/> sums KLs of the next-token distributions taken exactly over the vocabulary (Rao-Blackwell; Amini,
/// Vieira and Cotterell 2025, arXiv:2504.10637). Use it when both policies are at hand: it is unbiased and nearly always
/// varies least. That is a theorem for each token, not for the sum: docs/kl.md has a world where k1 varies less.
/// </para>
/// <para>All of them are wrong for samples drawn from anything but π at the temperature of the log-probabilities (top-p sampling,
/// say).</para>
/// </remarks>
/// <example>
/// <code>
/// float[] policyLogProbs = [-1.2f, -0.7f, -2.1f], referenceLogProbs = [-1.4f, -0.9f, -2.0f];   // of the sampled tokens
/// KlEstimate kl = KlEstimator.K1.Estimate&lt;float&gt;(policyLogProbs, referenceLogProbs, responseOffsets: [0, 2, 3]);
/// Console.WriteLine(kl);                                          // nats per sequence, its error, the estimator
/// </code>
/// </example>
public sealed class KlEstimator
{
    private readonly Func<double, double> _ofLogRatio;

    private KlEstimator(string name, Func<double, double> ofLogRatio) => (Name, _ofLogRatio) = (name, ofLogRatio);

    /// <summary>ln π - ln reference: unbiased, may be negative.</summary>
    public static KlEstimator K1 { get; } = new("k1", static x => x);

    /// <summary>
    /// (ln π - ln reference)² / 2: biased by KL² / 2 plus a sixth of the third cumulant of x less higher terms, which vanishes
    /// with the third power of the distance sqrt(KL), and with the fourth only where x is not skewed (normals of one variance).
    /// </summary>
    public static KlEstimator K2 { get; } = new("k2", static x => 0.5 * x * x);

    /// <summary>
    /// reference / π - 1 - ln(reference / π): unbiased, never negative, for steps of a fraction of a nat. From a few nats on it
    /// is usually far too low, with an error that does not show it: its mean then comes from rare large ratios that a sample
    /// does not have.
    /// </summary>
    public static KlEstimator K3 { get; } = new("k3", ThirdOf);

    /// <summary>"k1", "k2" or "k3".</summary>
    public string Name { get; }

    /// <summary>The contribution of one token sampled from π.</summary>
    /// <param name="logPolicy">ln π(token | prefix), in nats.</param>
    /// <param name="logReference">ln reference(token | prefix), in nats.</param>
    public double Token(double logPolicy, double logReference) => _ofLogRatio(logPolicy - logReference);

    /// <summary>Estimates D_KL(π ‖ reference) of whole responses.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="policyLogProbs">ln π of each response token, sequence after sequence; finite.</param>
    /// <param name="referenceLogProbs">ln reference of the same tokens; finite.</param>
    /// <param name="responseOffsets">Where each sequence begins in the two lists, and one number more: where the last ends (a
    /// token batch's response offsets).</param>
    /// <param name="promptOf">
    /// The prompt of each sequence, any numbering. Sequences of one prompt are not independent, so the standard error is then
    /// clustered by prompt. Empty: every sequence stands for itself.
    /// </param>
    /// <exception cref="ArgumentException">Lists of different lengths, offsets that do not fit, or a number
    /// that is not finite.</exception>
    /// <exception cref="InfiniteKlException">The reference gives a token of the policy probability zero.</exception>
    public KlEstimate Estimate<T>(
        ReadOnlySpan<T> policyLogProbs, ReadOnlySpan<T> referenceLogProbs, ReadOnlySpan<int> responseOffsets,
            ReadOnlySpan<int> promptOf = default)
        where T : IFloatingPointIeee754<T>
    {
        double[] sums = Sums(policyLogProbs, referenceLogProbs, responseOffsets);
        return new(Name, ClusteredMean.Of(sums, promptOf, out int clusters), sums.Length, clusters);
    }

    /// <summary>
    /// As <see cref="Estimate{T}"/>, but of the ratio of whole sequences: with X = Σ x over a response, k1 = X, k2 = X²/2,
    /// k3 = exp(-X) - 1 + X. k1 is the same as per token; k3 is unbiased too; k2 is biased, otherwise than per
    /// token. For log-probabilities that are known by the sequence only.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="policyLogProbs">ln π of each response token, sequence after sequence; finite.</param>
    /// <param name="referenceLogProbs">ln reference of the same tokens; finite.</param>
    /// <param name="responseOffsets">Where each sequence begins in the two lists, and one number more: where the last
    /// ends.</param>
    /// <param name="promptOf">The prompt of each sequence, for a standard error clustered by prompt; empty: every
    /// sequence stands for itself.</param>
    /// <exception cref="ArgumentException">As <see cref="Estimate{T}"/>.</exception>
    /// <exception cref="InfiniteKlException">The reference gives a token of the policy probability zero.</exception>
    public KlEstimate EstimateOfSequenceRatio<T>(
        ReadOnlySpan<T> policyLogProbs, ReadOnlySpan<T> referenceLogProbs, ReadOnlySpan<int> responseOffsets,
            ReadOnlySpan<int> promptOf = default)
        where T : IFloatingPointIeee754<T>
    {
        double[] values = Array.ConvertAll(
            K1.Sums(policyLogProbs, referenceLogProbs, responseOffsets), logRatio => _ofLogRatio(logRatio));
        return new(Name + " of the sequence ratio", ClusteredMean.Of(values, promptOf, out int clusters), values.Length, clusters);
    }

    /// <summary>Averages KLs of next-token distributions that were summed exactly over the vocabulary.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tokenKl">D_KL(π(· | prefix) ‖ reference(· | prefix)) at each response token, in nats, sequence
    /// after sequence; finite.</param>
    /// <param name="responseOffsets">Where each sequence begins in the list, and one number more: where the last ends.</param>
    /// <param name="promptOf">The prompt of each sequence, for a standard error clustered by prompt; empty: every
    /// sequence stands for itself.</param>
    /// <exception cref="ArgumentException">Offsets that do not fit, or a number that is not finite.</exception>
    /// <exception cref="InfiniteKlException">A KL is +infinity.</exception>
    public static KlEstimate Exact<T>(ReadOnlySpan<T> tokenKl, ReadOnlySpan<int> responseOffsets,
        ReadOnlySpan<int> promptOf = default)
        where T : IFloatingPointIeee754<T>
    {
        double[] sums = ExactSums(tokenKl, responseOffsets);
        return new("exact per token", ClusteredMean.Of(sums, promptOf, out int clusters), sums.Length, clusters);
    }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    /// <summary>The estimate of every sequence by itself, checked.</summary>
    internal double[] Sums<T>(
        ReadOnlySpan<T> policyLogProbs, ReadOnlySpan<T> referenceLogProbs, ReadOnlySpan<int> responseOffsets)
        where T : IFloatingPointIeee754<T>
    {
        Guard.Length(referenceLogProbs.Length, policyLogProbs.Length, nameof(referenceLogProbs));
        Guard.AllFinite(policyLogProbs);
        RequireSupport(referenceLogProbs);
        Guard.AllFinite(referenceLogProbs);
        CheckOffsets(responseOffsets, policyLogProbs.Length);
        var sums = new double[responseOffsets.Length - 1];
        for (int i = 0; i < sums.Length; i++)
            for (int t = responseOffsets[i]; t < responseOffsets[i + 1]; t++)
                sums[i] += Token(double.CreateChecked(policyLogProbs[t]), double.CreateChecked(referenceLogProbs[t]));
        return sums;
    }

    /// <summary>The exact per-token sum of every sequence, checked.</summary>
    internal static double[] ExactSums<T>(ReadOnlySpan<T> tokenKl, ReadOnlySpan<int> responseOffsets)
        where T : IFloatingPointIeee754<T>
    {
        for (int t = 0; t < tokenKl.Length; t++)
            if (T.IsPositiveInfinity(tokenKl[t])) throw new InfiniteKlException($"tokenKl[{t}]");
        Guard.AllFinite(tokenKl);
        CheckOffsets(responseOffsets, tokenKl.Length);
        var sums = new double[responseOffsets.Length - 1];
        for (int i = 0; i < sums.Length; i++)
            for (int t = responseOffsets[i]; t < responseOffsets[i + 1]; t++) sums[i] += double.CreateChecked(tokenKl[t]);
        return sums;
    }

    // A token the policy wrote and the reference never would.
    private static void RequireSupport<T>(ReadOnlySpan<T> referenceLogProbs) where T : IFloatingPointIeee754<T>
    {
        for (int t = 0; t < referenceLogProbs.Length; t++)
            if (T.IsNegativeInfinity(referenceLogProbs[t])) throw new InfiniteKlException($"referenceLogProbs[{t}]");
    }

    // exp(-x) - 1 + x loses every digit near 0, where the first terms of its series are the number.
    private static double ThirdOf(double x) => Math.Abs(x) < 1e-3
        ? x * x * (0.5 - x * (1.0 / 6 - x * (1.0 / 24 - x / 120))) : Math.Exp(-x) - 1 + x;

    private static void CheckOffsets(ReadOnlySpan<int> offsets, int tokens)
    {
        if (offsets.Length < 2) throw new ArgumentException("responseOffsets needs at least two numbers: where the first sequence begins and where it ends.");
        if (offsets[0] != 0) throw new ArgumentException(FormattableString.Invariant($"responseOffsets[0] = {offsets[0]} must be 0."));
        for (int i = 1; i < offsets.Length; i++)
            if (offsets[i] < offsets[i - 1])
                throw new ArgumentException(FormattableString.Invariant($"responseOffsets[{i}] = {offsets[i]} is below the one before it, {offsets[i - 1]}."));
        if (offsets[^1] != tokens)
            throw new ArgumentException(FormattableString.Invariant($"responseOffsets ends at {offsets[^1]}; it must end at the number of tokens, {tokens}."));
    }
}
