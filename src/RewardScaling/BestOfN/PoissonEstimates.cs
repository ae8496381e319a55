using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace RewardScaling.BestOfN;

/// <summary>Best-of-Poisson on a pool: the unbiased estimates of best-of-m (<see cref="BestOfNEstimator"/>), averaged over
/// m = 1 + Poisson(μ).</summary>
internal static class PoissonEstimates
{
    // The share of draws that ask for more samples than there are; they are counted as asking for all.
    private const double Tail = 1e-6;

    /// <summary>The μ = n - 1 of some n that a pool allows: the mean number of samples is n.</summary>
    public static int[] Allowed(IEnumerable<int> n, int samples)
    {
        double largest = LargestMu(samples);
        return [.. n.Where(one => one - 1 <= largest)];
    }

    /// <summary>Each prompt's own estimates at the mean numbers of samples n.</summary>
    /// <param name="prompts">The scored prompts.</param>
    /// <param name="n">Mean numbers of samples, each allowed by the smallest pool.</param>
    public static BestOfNEstimates Of(IReadOnlyList<ScoredPrompt> prompts, IReadOnlyList<int> n)
    {
        int samples = prompts.Min(static prompt => prompt.SampleCount);
        int[] every = [.. Enumerable.Range(1, samples)];
        double[][] weights = [.. n.Select(one => Weights(one - 1, samples))];
        var all = BestOfNEstimates.Of(prompts, every);
        return new([.. n], Mixed(all.Proxy), Mixed(all.Gold)) { Rule = SelectionRule.BestOfPoisson };

        double[][] Mixed(double[][] byM) => Array.ConvertAll(weights, weight =>
        {
            var mixed = new double[prompts.Count];
            for (int m = 0; m < samples; m++)
            {
                // Far from its mean a Poisson number weighs nothing.
                if (weight[m] == 0) continue;
                for (int i = 0; i < mixed.Length; i++) mixed[i] += weight[m] * byM[m][i];
            }
            return mixed;
        });
    }

    /// <summary>P(m - 1) for m = 1 to a number of samples, the last holding all that is left.</summary>
    public static double[] Weights(double mu, int samples)
    {
        var weights = new double[samples];
        double total = 0;
        for (int m = 0; m < samples - 1; m++)
        {
            weights[m] = Poisson.PMF(Math.Max(mu, double.Epsilon), m);
            total += weights[m];
        }
        weights[^1] = Math.Max(0, 1 - total);
        return weights;
    }

    /// <summary>The largest μ for which all but one in a million draws find enough samples.</summary>
    public static double LargestMu(int samples)
    {
        // Bisection: P(Poisson(μ) ≥ N) grows with μ.
        double low = 0, high = samples;
        for (int step = 0; step < 60; step++)
        {
            double middle = 0.5 * (low + high);
            if (SpecialFunctions.GammaLowerRegularized(samples, middle) < Tail) low = middle; else high = middle;
        }
        return low;
    }
}
