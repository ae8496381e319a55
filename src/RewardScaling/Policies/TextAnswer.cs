namespace RewardScaling.Policies;

/// <summary>An answer of a policy that writes text.</summary>
/// <param name="Text">The answer, which follows the prompt: with the space it begins with, if there is one.</param>
/// <param name="LogProb">log π(answer | prompt) in nats, under the distribution it was drawn from: the sum over the policy's own
/// tokens. Null if the policy does not say.</param>
public readonly record struct TextAnswer(string Text, double? LogProb = null)
{
    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
