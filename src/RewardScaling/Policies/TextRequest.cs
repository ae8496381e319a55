using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>One answer that is asked of a policy that writes text.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Sampling">Length (in tokens of the tokenizer that keeps the answers), temperature and cut: to be obeyed.</param>
/// <param name="Stream">Where the randomness of this answer comes from, and the seed for a service that takes one: the same
/// stream, the same answer, in whatever order answers are asked for.</param>
public readonly record struct TextRequest(string Prompt, SamplingOptions Sampling, RandomStream Stream)
{
    /// <summary>The prompt.</summary>
    public override string ToString() => Prompt;
}
