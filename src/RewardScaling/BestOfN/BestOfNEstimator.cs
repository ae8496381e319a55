using System.Runtime.Intrinsics;
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
    private const int Lanes = 4;
    private readonly double[] _proxy, _gold, _own;

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
        (_proxy, _gold) = PairSort.Ascending(proxy, gold);
        _own = _gold;
        for (int start = 0, end; start < _proxy.Length; start = end)
        {
            for (end = start + 1; end < _proxy.Length && _proxy[end] == _proxy[start];) end++;
            if (end - start == 1) continue;
            // The jackknife needs each sample's own gold, which the mean of its group replaces.
            if (ReferenceEquals(_own, _gold)) _own = (double[])_gold.Clone();
            // Summed in the order of gold, so that every bit of the answer is the same in any order of samples.
            var group = _gold.AsSpan(start, end - start);
            group.Sort();
            group.CopyTo(_own.AsSpan(start));
            double sum = 0;
            foreach (double value in group) sum += value;
            group.Fill(sum / group.Length);
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
    /// Expected gold score of the best of n by proxy, with the error of having N samples of this prompt only, by the jackknife.
    /// </summary>
    /// <remarks>Each sample in turn is left out; leaving one out moves the weights of those above by one place, so that sums from
    /// both ends give all N estimates in O(N). For n near N too few samples decide and the error is rough.</remarks>
    /// <param name="n">In [1, <see cref="SampleCount"/> - 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">n is outside its range.</exception>
    public Estimate GoldEstimate(int n)
    {
        int count = _gold.Length;
        Guard.InRange(n, 1, count - 1);
        double[] weights = Weights(count - 1, n), left = new double[count];
        // What is above a place once a sample below has gone: each has moved down by one.
        var above = new double[count + 1];
        for (int i = count - 1; i >= 1; i--) above[i] = above[i + 1] + weights[i - 1] * _gold[i];
        double below = 0;
        for (int start = 0, end; start < count; start = end)
        {
            double mass = 0, sum = 0;
            for (end = start; end < count && _proxy[end] == _proxy[start]; end++) sum += _own[end];
            for (int i = start; i + 1 < end; i++) mass += weights[i];
            // The rest of a group of equal proxy shares the weights of its places but one.
            for (int i = start; i < end; i++)
                left[i] = below + above[end] + (end - start > 1 ? mass * (sum - _own[i]) / (end - start - 1) : 0);
            for (int i = start; i < end && i < count - 1; i++) below += weights[i] * _gold[i];
        }
        double mean = left.Average(), squares = 0;
        foreach (double value in left) squares += (value - mean) * (value - mean);
        return new(Gold(n), Math.Sqrt(squares * (count - 1) / count));
    }

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

    // Weights fall from the top. Once one is below this all the rest together are below N times it, far below the rounding of the
    // sum in units of the largest score.
    private const double Negligible = 1e-25;

    /// <summary>How much it holds.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"best-of-n from {SampleCount} samples");

    private static double Average(double[] scores, int n)
    {
        Guard.InRange(n, 1, scores.Length);
        double weight = (double)n / scores.Length, sum = 0;
        int i = scores.Length;
        if (i - n >= 2 * Lanes)
        {
            // Four neighbours at a time: w_(i-4) = w_i (i-n)(i-n-1)(i-n-2)(i-n-3) / ((i-1)(i-2)(i-3)(i-4)), the highest in the
            // last lane.
            Span<double> first = stackalloc double[Lanes];
            for (int lane = Lanes - 1; lane >= 0; lane--)
            {
                first[lane] = weight;
                int rank = i + 1 - Lanes + lane;
                weight *= (rank - n) / (rank - 1.0);
            }
            Vector256<double> two = Vector256.Create(2.0), three = Vector256.Create(3.0);
            Vector256<double> step = Vector256.Create((double)Lanes), shift =
                Vector256.Create(n - 1.0);
            Vector256<double> weights = Vector256.Create<double>(first), total = Vector256<double>.Zero;
            var above = Vector256.Create(i - 3.0, i - 2.0, i - 1.0, i) - Vector256.Create((double)n);
            for (; i - n >= 2 * Lanes - 1 && weights[Lanes - 1] > Negligible; i -= Lanes)
            {
                total += weights * Vector256.LoadUnsafe(ref scores[i - Lanes]);
                // x (x-1)(x-2)(x-3) = y (y + 2) with y = x (x - 3).
                Vector256<double> below = above + shift, upper = above * (above - three), lower = below * (below - three);
                weights *= upper * (upper + two) / (lower * (lower + two));
                above -= step;
            }
            // In a fixed order, so that every machine rounds alike.
            sum = total[3] + total[2] + (total[1] + total[0]);
            weight = weights[Lanes - 1];
        }
        for (; i >= n && weight > Negligible; i--)
        {
            sum += weight * scores[i - 1];
            if (i > 1) weight *= (i - n) / (i - 1.0);
        }
        return sum;
    }
}
