using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>Draws one prompt. The same stream must give the same prompt, whenever and on whatever thread it is asked.</summary>
/// <param name="stream">The randomness of this prompt, keyed by seed, step and rollout.</param>
/// <returns>A sequence without a response.</returns>
public delegate TokenSequence PromptSampler(RandomStream stream);
