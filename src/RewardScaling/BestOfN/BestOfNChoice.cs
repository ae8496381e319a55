using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>The response best-of-n keeps for one prompt.</summary>
/// <param name="Prompt">The prompt's number, from 0.</param>
/// <param name="Sample">Which of its n samples was kept, from 0; of equal scores the first, which is a random one
/// because samples are.</param>
/// <param name="Tokens">The response's tokens.</param>
/// <param name="Response">The response's text.</param>
/// <param name="Score">Its score by the reward model that selected it.</param>
/// <param name="LogProb">log π(response | prompt) under the distribution it was drawn from, in nats; null from a policy that does
/// not know it.</param>
[TypeFormatterSource]
public sealed record BestOfNChoice(
    int Prompt, int Sample, IReadOnlyList<int> Tokens, string Response, double Score, double? LogProb = null)
{
    /// <summary>The prompt, the sample kept, its score and its text.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"prompt {Prompt}: sample {Sample}, score {Score:G4}: {Response}");
}
