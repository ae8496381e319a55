using System.ComponentModel;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Preferences as tokens that fit a reward model's context.</summary>
/// <param name="Comparisons">The comparisons, in the order of the preferences.</param>
/// <param name="CutCount">How many of them lost tokens to the context.</param>
/// <param name="DroppedCount">How many preferences are not among them because their responses were
/// the same after the cut.</param>
/// <remarks>
/// The rule for what is too long: the prompt keeps its end, the responses keep their beginnings, so that what is left is one
/// unbroken run of text, as in the rollouts a reward model is to score. The prompt keeps what the longer response leaves
/// free, and at least half of the context (all of itself if shorter). Both responses get the same prompt. Encode with the
/// context the policy's rollouts have.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record EncodedPreferences(IReadOnlyList<Comparison> Comparisons, int CutCount, int DroppedCount)
{
    /// <summary>Encodes preferences.</summary>
    /// <param name="preferences">The preferences, at least one.</param>
    /// <param name="tokenizer">Text to tokens.</param>
    /// <param name="context">The most tokens of a prompt with a response, at least 2.</param>
    /// <exception cref="ArgumentException">There is no preference, or a text has no token; the message
    /// names the index.</exception>
    /// <exception cref="InvalidDataException">After the cut no two responses differ.</exception>
    public static EncodedPreferences Encode(IReadOnlyList<Preference> preferences, ITokenizer tokenizer, int context)
    {
        ArgumentNullException.ThrowIfNull(preferences);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Guard.InRange(context, 2, int.MaxValue);
        if (preferences.Count == 0)
            throw new ArgumentException("preferences is empty; there is nothing to encode.", nameof(preferences));
        var comparisons = new List<Comparison>(preferences.Count);
        int cut = 0, dropped = 0;
        for (int i = 0; i < preferences.Count; i++)
        {
            int[] prompt = Tokens(tokenizer.EncodePrompt(preferences[i].Prompt), $"preferences[{i}].Prompt");
            int[] chosen = Tokens(tokenizer.EncodeContinuation(preferences[i].Chosen), $"preferences[{i}].Chosen");
            int[] rejected = Tokens(tokenizer.EncodeContinuation(preferences[i].Rejected), $"preferences[{i}].Rejected");
            int longer = Math.Max(chosen.Length, rejected.Length);
            int promptLength = Math.Min(prompt.Length, Math.Max(context - longer, context / 2));
            int room = context - promptLength;
            Span<int> keptPrompt = prompt.AsSpan(prompt.Length - promptLength);
            Span<int> keptChosen = chosen.AsSpan(0, Math.Min(chosen.Length, room));
            Span<int> keptRejected = rejected.AsSpan(0, Math.Min(rejected.Length, room));
            if (keptChosen.SequenceEqual(keptRejected))
            {
                dropped++;
                continue;
            }
            if (promptLength < prompt.Length || longer > room) cut++;
            int[] better = [.. keptPrompt, .. keptChosen], worse = [.. keptPrompt, .. keptRejected];
            comparisons.Add(new(new(better, promptLength), new(worse, promptLength))
            {
                Probability = preferences[i].Probability,
                Margin = preferences[i].Margin,
            });
        }
        if (comparisons.Count == 0)
        {
            throw new InvalidDataException(
                $"No two responses differ within the first tokens that fit a context of {context}; take a longer context.");
        }
        return new(comparisons, cut, dropped);

        static int[] Tokens(int[] tokens, string name) =>
            tokens.Length > 0 ? tokens : throw new ArgumentException($"{name} has no token.", nameof(preferences));
    }

    /// <summary>How many there are.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Comparisons.Count:N0} comparisons, {CutCount:N0} cut, {DroppedCount:N0} dropped");
}
