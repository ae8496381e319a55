using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>The mean of values of which some share a prompt, with a standard error that knows it.</summary>
internal static class ClusteredMean
{
    /// <summary>
    /// Mean m of N values; se² = G / (G - 1) Σ_g (Σ_{i in g} (x_i - m))² / N² over G clusters (Liang and Zeger 1986).
    /// With one value a cluster this is the usual s² / N.
    /// </summary>
    /// <param name="values">The values; at least one, finite.</param>
    /// <param name="clusterOf">The cluster of each value, or empty when every value is its own.</param>
    /// <param name="clusters">How many clusters there are; with one alone the mean has no error.</param>
    public static Estimate Of(ReadOnlySpan<double> values, ReadOnlySpan<int> clusterOf, out int clusters)
    {
        if (clusterOf.IsEmpty)
        {
            clusters = values.Length;
            return Estimate.Mean(values);
        }
        Guard.Length(clusterOf.Length, values.Length, "promptOf");
        double mean = 0;
        foreach (double value in values) mean += value;
        mean /= values.Length;
        // Kept in the order of first appearance, so that the sum below is the same on every run.
        var index = new Dictionary<int, int>();
        var residuals = new List<double>();
        for (int i = 0; i < values.Length; i++)
        {
            if (!index.TryGetValue(clusterOf[i], out int cluster))
            {
                index[clusterOf[i]] = cluster = residuals.Count;
                residuals.Add(0);
            }
            residuals[cluster] += values[i] - mean;
        }
        clusters = residuals.Count;
        if (clusters == 1) return Estimate.WithoutError(mean);
        double squares = 0;
        foreach (double residual in residuals) squares += residual * residual;
        return new(mean, Math.Sqrt(clusters / (clusters - 1.0) * squares) / values.Length);
    }
}
