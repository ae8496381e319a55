using RewardScaling.Models;

namespace RewardScaling.RewardModels;

/// <summary>
/// Comparisons as an engine sees them: sequence 2i is the chosen response of pair i, sequence 2i + 1 the rejected one.
/// </summary>
internal static class ComparisonBatch
{
    /// <summary>A run of comparisons.</summary>
    public static TokenBatch Of(IReadOnlyList<Comparison> comparisons, int first, int count)
    {
        var sequences = new TokenSequence[2 * count];
        for (int i = 0; i < count; i++)
            (sequences[2 * i], sequences[2 * i + 1]) = (comparisons[first + i].Chosen, comparisons[first + i].Rejected);
        return new(sequences);
    }

    /// <summary>The comparisons named, in the order named.</summary>
    public static TokenBatch Of(IReadOnlyList<Comparison> comparisons, ReadOnlySpan<int> indices)
    {
        var sequences = new TokenSequence[2 * indices.Length];
        for (int i = 0; i < indices.Length; i++)
            (sequences[2 * i], sequences[2 * i + 1]) = (comparisons[indices[i]].Chosen, comparisons[indices[i]].Rejected);
        return new(sequences);
    }
}
