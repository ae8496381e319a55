using System.ComponentModel;

namespace RewardScaling.Models;

/// <summary>
/// All that the next optimizer step of a network depends on; the three lists name the same parameters in one order.
/// </summary>
/// <param name="Parameters">The weights.</param>
/// <param name="First">AdamW's running mean of the gradient, by the names of the parameters.</param>
/// <param name="Second">AdamW's running mean of its square; at least 0.</param>
/// <param name="Steps">How many steps the moments have seen; at least 0.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record TrainingState(
    IReadOnlyList<NamedTensor> Parameters, IReadOnlyList<NamedTensor> First, IReadOnlyList<NamedTensor> Second, long Steps)
{
    /// <summary>How much it holds.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Parameters.Count} tensors after {Steps} steps");
}
