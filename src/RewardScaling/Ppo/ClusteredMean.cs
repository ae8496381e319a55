using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>Means over rollouts whose errors know that answers to one prompt are alike.</summary>
internal static class ClusteredMean
{
    /// <summary>The cluster of every sequence: sequences with the same prompt tokens share one, numbered from 0 in order of appearance.</summary>
    public static int[] ByPrompt(TokenBatch batch)
    {
        var clusters = new int[batch.Count];
        var first = new Dictionary<TokenSequence, int>(PromptComparer.Instance);
        for (int i = 0; i < batch.Count; i++)
        {
            var sequence = batch[i];
            if (!first.TryGetValue(sequence, out clusters[i])) first.Add(sequence, clusters[i] = first.Count);
        }
        return clusters;
    }

    /// <summary>
    /// The mean, with the cluster-robust standard error sqrt(G / (G - 1) Σ_g (Σ_{i in g} (x_i - mean))²) / n of G clusters.
    /// With one value per cluster it is s / sqrt(n). With a single cluster the prompt is the whole population, and the values count one by one.
    /// </summary>
    public static Estimate Of(ReadOnlySpan<double> values, ReadOnlySpan<int> clusters)
    {
        Guard.Length(clusters.Length, values.Length, nameof(clusters));
        int count = 0;
        foreach (int cluster in clusters) count = Math.Max(count, cluster + 1);
        if (count <= 1) return Estimate.Mean(values);
        Guard.AllFinite(values);
        double mean = 0, squares = 0;
        foreach (double value in values) mean += value;
        mean /= values.Length;
        var sums = new double[count];
        for (int i = 0; i < values.Length; i++) sums[clusters[i]] += values[i] - mean;
        foreach (double sum in sums) squares += sum * sum;
        return new(mean, Math.Sqrt(squares * count / (count - 1.0)) / values.Length);
    }

    private sealed class PromptComparer : IEqualityComparer<TokenSequence>
    {
        public static readonly PromptComparer Instance = new();

        public bool Equals(TokenSequence x, TokenSequence y) => PromptOf(x).SequenceEqual(PromptOf(y));

        public int GetHashCode(TokenSequence sequence)
        {
            // Not HashCode, whose seed differs from process to process; the order of clusters does not depend on it, but why invite doubt.
            int hash = 17;
            foreach (int token in PromptOf(sequence)) hash = unchecked(hash * 31 + token);
            return hash;
        }

        private static ReadOnlySpan<int> PromptOf(TokenSequence sequence) => sequence.Tokens.Span[..sequence.PromptLength];
    }
}
