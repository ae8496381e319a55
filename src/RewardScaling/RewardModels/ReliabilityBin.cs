using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Comparisons to which a reward model gives about the same probability.</summary>
/// <param name="Low">The lowest probability of the bin.</param>
/// <param name="High">The highest; the next bin begins there.</param>
/// <param name="Count">How many comparisons are in it.</param>
/// <param name="Predicted">The mean probability of the response the model prefers.</param>
/// <param name="Label">The mean label of that response, with its standard error over comparisons.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct ReliabilityBin(double Low, double High, int Count, double Predicted, Estimate Label)
{
    /// <summary>The bin.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"margins {Low:G3} to {High:G3}: predicted {Predicted:F3}, labels {Label}, {Count} comparisons");
}
