using RewardScaling.Models;

namespace RewardScaling.Ppo;

/// <summary>Which rollouts answer the same prompt, for standard errors that know that such answers are alike.</summary>
internal static class PromptClusters
{
    /// <summary>
    /// The cluster of every sequence, numbered from 0 in order of appearance: sequences with the same prompt tokens share one.
    /// Empty when there is one prompt only: it then is all there is to know about, and its rollouts count one by one.
    /// </summary>
    public static int[] Of(TokenBatch batch)
    {
        var clusters = new int[batch.Count];
        var first = new Dictionary<TokenSequence, int>(SamePrompt.Instance);
        for (int i = 0; i < batch.Count; i++)
        {
            var sequence = batch[i];
            if (!first.TryGetValue(sequence, out clusters[i])) first.Add(sequence, clusters[i] = first.Count);
        }
        return first.Count == 1 ? [] : clusters;
    }

    private sealed class SamePrompt : IEqualityComparer<TokenSequence>
    {
        public static readonly SamePrompt Instance = new();

        public bool Equals(TokenSequence x, TokenSequence y) => Prompt(x).SequenceEqual(Prompt(y));

        public int GetHashCode(TokenSequence sequence)
        {
            int hash = 17;
            foreach (int token in Prompt(sequence)) hash = unchecked(hash * 31 + token);
            return hash;
        }

        private static ReadOnlySpan<int> Prompt(TokenSequence sequence) => sequence.Tokens.Span[..sequence.PromptLength];
    }
}
