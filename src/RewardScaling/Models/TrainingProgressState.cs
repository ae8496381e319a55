using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>All of a supervised training between two steps but its network and the loss of every step.</summary>
/// <param name="Seen">How many things (tokens, comparisons) were trained on.</param>
/// <param name="HeldOut">Every measurement on what is held out, in order; the first one is before the first step.</param>
internal sealed record TrainingProgressState(long Seen, IReadOnlyList<Estimate> HeldOut);
