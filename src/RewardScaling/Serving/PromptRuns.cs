using RewardScaling.Models;

namespace RewardScaling.Serving;

/// <summary>Neighbours of one prompt, which one request asks for together.</summary>
internal static class PromptRuns
{
    /// <summary>The runs of a list of prompts, in order.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="most">How many of one prompt are asked for at once.</param>
    public static IEnumerable<(int First, int Count)> Of(TokenBatch prompts, int most)
    {
        for (int first = 0, next; first < prompts.Count; first = next)
        {
            next = first + 1;
            while (next < prompts.Count && next - first < most
                && prompts.Sequence(next).SequenceEqual(prompts.Sequence(first))) next++;
            yield return (first, next - first);
        }
    }
}
