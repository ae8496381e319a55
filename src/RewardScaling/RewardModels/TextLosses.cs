using System.ComponentModel;

namespace RewardScaling.RewardModels;

/// <summary>What was lost on the way from one tokenizer's tokens through text to another's.</summary>
/// <param name="Rollouts">How many rollouts went that way.</param>
/// <param name="Broken">How many had tokens that spell no text (half a character at an end): there the text has U+FFFD.</param>
/// <param name="Changed">How many have another text in the second tokenizer's tokens, which normalizes or has no token for
/// something.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct TextLosses(long Rollouts, long Broken, long Changed)
{
    /// <summary>In words.</summary>
    public override string ToString() => Broken == 0 && Changed == 0
        ? FormattableString.Invariant($"{Rollouts} rollouts, no text lost between the tokenizers")
        : FormattableString.Invariant($"{Rollouts} rollouts; {Broken} had tokens that spell no text, {Changed} have another text in the reward model's tokens");
}
