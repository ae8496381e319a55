using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>Raw scores on the initial policy, by which a teacher with a <see cref="StyleTaste"/> weighs its two parts.</summary>
/// <param name="Network">Mean and standard deviation of the network's score.</param>
/// <param name="Style">Mean and standard deviation of the style.</param>
internal sealed record TasteScales(RewardModelNormalization Network, RewardModelNormalization Style);
