using System.Numerics;
using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>
/// The exact per-token KL and k1 on the same sequences. Both are unbiased where the sequences were sampled from the policy at the
/// temperature of the log-probabilities; where they disagree beyond error they were not, or an engine samples and evaluates
/// differently, and neither number is a KL.
/// </summary>
public sealed record KlCrossCheck
{
    // Log-probabilities come in float32: about six digits of numbers near 10, at every token.
    private const double Rounding = 1e-5;

    private KlCrossCheck(KlEstimate exact, KlEstimate k1, Estimate difference, double rounding) =>
        (Exact, K1, Difference, _rounding) = (exact, k1, difference, rounding);

    private readonly double _rounding;

    /// <summary>The exact per-token estimate.</summary>
    public KlEstimate Exact { get; }

    /// <summary>The estimate k1.</summary>
    public KlEstimate K1 { get; }

    /// <summary>k1 - exact, paired by sequence, with its standard error clustered by prompt; in nats per sequence.</summary>
    public Estimate Difference { get; }

    /// <summary>
    /// How many standard errors the two lie apart, beyond what rounding explains; 0 where no error is known. Above 5 is an alarm:
    /// by chance one in 1.7 million where the difference is normal.
    /// </summary>
    public double Errors
    {
        get
        {
            double beyond = Math.Max(0, Math.Abs(Difference.Value) - _rounding);
            if (beyond == 0 || !Difference.HasStandardError) return 0;
            return Difference.StandardError > 0 ? beyond / Difference.StandardError : double.PositiveInfinity;
        }
    }

    /// <summary>Compares the two estimates.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tokenKl">The exact KL at each response token, in nats.</param>
    /// <param name="policyLogProbs">ln π of each response token; finite.</param>
    /// <param name="referenceLogProbs">ln reference of the same tokens; finite.</param>
    /// <param name="responseOffsets">Where each sequence begins in the lists, and where the last ends.</param>
    /// <param name="promptOf">The prompt of each sequence, for clustered errors; empty: every sequence stands for itself.</param>
    /// <exception cref="ArgumentException">Lists that do not fit, or a number that is not finite.</exception>
    public static KlCrossCheck Of<T>(
        ReadOnlySpan<T> tokenKl, ReadOnlySpan<T> policyLogProbs, ReadOnlySpan<T> referenceLogProbs,
        ReadOnlySpan<int> responseOffsets, ReadOnlySpan<int> promptOf = default)
        where T : IFloatingPointIeee754<T>
    {
        Guard.Length(tokenKl.Length, policyLogProbs.Length, nameof(tokenKl));
        double[] differences = KlEstimator.K1.Sums(policyLogProbs, referenceLogProbs, responseOffsets);
        double[] exact = KlEstimator.ExactSums(tokenKl, responseOffsets);
        for (int i = 0; i < exact.Length; i++) differences[i] -= exact[i];
        return new(
            KlEstimator.Exact(tokenKl, responseOffsets, promptOf),
            KlEstimator.K1.Estimate(policyLogProbs, referenceLogProbs, responseOffsets, promptOf),
            ClusteredMean.Of(differences, promptOf, out _), Rounding * tokenKl.Length / exact.Length);
    }

    /// <summary>Both estimates and how far they lie apart.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"exact {Exact.Value}, k1 {K1.Value} nats/sequence: {Errors:F1} standard errors apart");
}
