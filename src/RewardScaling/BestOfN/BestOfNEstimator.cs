using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// The unbiased best-of-n estimator: from N scored samples of one prompt, the expected scores of the best of n for any n up to N.
/// </summary>
/// <remarks>
/// <para>
/// It is the average over all subsets of n samples (Nakano et al. 2021, WebGPT, arXiv:2112.09332, appendix I): with samples in
/// ascending order of proxy, the i-th has weight w_i = C(i-1, n-1) / C(N, n). The weights follow from w_N = n / N and
/// w_(i-1) = w_i (i - n) / (i - 1), which keeps their sum within about 1e-13 of 1 where factorials or log-gammas would not.
/// </para>
/// <para>Samples with the same proxy score share the mean gold of their group, which is what breaking ties at random gives; so
/// the order of the samples does not matter.</para>
/// <para>Sorted once; each n then costs O(N). Immutable, safe from any thread.</para>
/// </remarks>
public sealed class BestOfNEstimator
{
    private readonly double[] _proxy, _gold;

    /// <summary>Sorts the samples.</summary>
    /// <param name="proxy">Proxy score of each of the N samples; at least one, finite.</param>
    /// <param name="gold">Gold score of the same samples; finite.</param>
    /// <exception cref="ArgumentException">No sample, lists of different lengths, or a score that is not finite.</exception>
    public BestOfNEstimator(ReadOnlySpan<double> proxy, ReadOnlySpan<double> gold)
    {
        if (proxy.IsEmpty) throw new ArgumentException("proxy is empty; there must be at least one sample.", nameof(proxy));
        Guard.Length(gold.Length, proxy.Length, nameof(gold));
        Guard.AllFinite(proxy);
        Guard.AllFinite(gold);
        _proxy = proxy.ToArray();
        _gold = gold.ToArray();
        // Ties sorted by gold too, so that the group's sum, and with it every bit of the answer, is the same in any order of
        // samples.
        var keys = new (double Proxy, double Gold)[_proxy.Length];
        for (int i = 0; i < keys.Length; i++) keys[i] = (_proxy[i], _gold[i]);
        Array.Sort(keys);
        for (int i = 0; i < keys.Length; i++) (_proxy[i], _gold[i]) = keys[i];
        for (int start = 0, end; start < _proxy.Length; start = end)
        {
            double sum = 0;
            for (end = start; end < _proxy.Length && _proxy[end] == _proxy[start]; end++) sum += _gold[end];
            if (end - start > 1) _gold.AsSpan(start, end - start).Fill(sum / (end - start));
        }
    }

    /// <summary>N, the number of samples.</summary>
    public int SampleCount => _proxy.Length;

    /// <summary>Expected proxy score of the best of n.</summary>
    /// <param name="n">In [1, <see cref="SampleCount"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">n is outside its range.</exception>
    public double Proxy(int n) => Average(_proxy, n);

    /// <summary>Expected gold score of the best of n by proxy.</summary>
    /// <param name="n">In [1, <see cref="SampleCount"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">n is outside its range.</exception>
    public double Gold(int n) => Average(_gold, n);

    /// <summary>
    /// The weight of each sample in ascending order of proxy: the probability that it is the best of a random subset of n.
    /// </summary>
    /// <param name="sampleCount">N, at least 1.</param>
    /// <param name="n">In [1, N].</param>
    /// <returns>N weights that sum to 1; the first n - 1 are 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public static double[] Weights(int sampleCount, int n)
    {
        Guard.Positive(sampleCount);
        Guard.InRange(n, 1, sampleCount);
        var weights = new double[sampleCount];
        double weight = (double)n / sampleCount;
        for (int i = sampleCount; i >= n && weight > 0; i--)
        {
            weights[i - 1] = weight;
            if (i > 1) weight *= (i - n) / (i - 1.0);
        }
        return weights;
    }

    /// <summary>
    /// The prefix estimator, for comparison: gold of the best by proxy among the first n samples, ties averaged. Unbiased too,
    /// but it uses n of the N samples.
    /// </summary>
    /// <param name="proxy">Proxy score of each sample, in the order they were drawn.</param>
    /// <param name="gold">Gold score of the same samples.</param>
    /// <param name="n">In [1, number of samples].</param>
    /// <exception cref="ArgumentException">Lists of different lengths, a score that is not finite, or n
    /// outside its range.</exception>
    public static double PrefixGold(ReadOnlySpan<double> proxy, ReadOnlySpan<double> gold, int n)
    {
        Guard.Length(gold.Length, proxy.Length, nameof(gold));
        Guard.InRange(n, 1, proxy.Length);
        return new BestOfNEstimator(proxy[..n], gold[..n]).Gold(n);
    }

    private static double Average(double[] scores, int n)
    {
        Guard.InRange(n, 1, scores.Length);
        double weight = (double)n / scores.Length, sum = 0;
        // Below 1e-300 the rest of the weights sums to nothing and arithmetic on subnormal numbers is slow.
        for (int i = scores.Length; i >= n && weight > 1e-300; i--)
        {
            sum += weight * scores[i - 1];
            if (i > 1) weight *= (i - n) / (i - 1.0);
        }
        return sum;
    }
}
