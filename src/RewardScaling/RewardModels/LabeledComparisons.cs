namespace RewardScaling.RewardModels;

/// <summary>Comparisons that a reward model has labelled.</summary>
/// <param name="Comparisons">Those with a winner, in the order of their prompts.</param>
/// <param name="TieCount">How many pairs had no winner, the same score or the very same response, and were left out.</param>
public sealed record LabeledComparisons(IReadOnlyList<Comparison> Comparisons, int TieCount)
{
    /// <summary>How many there are.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Comparisons.Count:N0} comparisons, {TieCount:N0} ties");
}
