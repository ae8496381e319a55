using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// Makes comparisons as Gao, Schulman and Hilton 2022 do (section 2): two rollouts of the policy for a prompt, the
/// one with the higher gold score is chosen. The label is deterministic; sampling it from σ(difference) gave them
/// noisier results (footnote 4).
/// </summary>
/// <remarks>
/// Ties are left out and counted: a coin would add the label noise that the deterministic rule is there to avoid.
/// </remarks>
/// <example>
/// <code>
/// LabeledComparisons labels = await PreferenceLabeler.SampleAndLabelAsync(
///     gold, policy, tokenizer, new SamplingOptions { ResponseLength = 32 }, prompts, stream);
/// Console.WriteLine(labels);                                      // how many, and how many ties were left out
/// </code>
/// </example>
public static class PreferenceLabeler
{
    /// <summary>Labels pairs of rollouts.</summary>
    /// <param name="gold">The reward model that decides.</param>
    /// <param name="pairs">Rollouts 2i and 2i + 1 answer the same prompt; an even number of them.</param>
    /// <param name="cancellationToken">Stops the scoring.</param>
    /// <exception cref="ArgumentException">An odd number of rollouts, or a pair with different prompts.</exception>
    /// <exception cref="InvalidOperationException">The model gave a score that is not finite, or not one
    /// for each rollout.</exception>
    public static Task<LabeledComparisons> LabelAsync(
        IRewardModel gold, Rollouts pairs, CancellationToken cancellationToken = default) =>
        LabelAsync(gold, pairs, static _ => 1, cancellationToken);

    /// <summary>
    /// Labels pairs of rollouts softly: the higher gold score is chosen, and the label says with which probability it is the
    /// preferred one, σ of the difference in gold.
    /// </summary>
    /// <param name="gold">The reward model that decides, on a scale where a difference of 1 is odds of e.</param>
    /// <param name="pairs">Rollouts 2i and 2i + 1 answer the same prompt; an even number of them.</param>
    /// <param name="cancellationToken">Stops the scoring.</param>
    /// <exception cref="ArgumentException">An odd number of rollouts, or a pair with different prompts.</exception>
    /// <exception cref="InvalidOperationException">The model gave a score that is not finite, or not one
    /// for each rollout.</exception>
    public static Task<LabeledComparisons> LabelSoftlyAsync(
        IRewardModel gold, Rollouts pairs, CancellationToken cancellationToken = default) =>
        LabelAsync(gold, pairs, BradleyTerryLoss.Sigmoid, cancellationToken);

    private static async Task<LabeledComparisons> LabelAsync(
        IRewardModel gold, Rollouts pairs, Func<double, double> probability, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Count % 2 != 0)
            throw new ArgumentException($"pairs has {pairs.Count} rollouts; it must have two for each prompt.", nameof(pairs));
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        double[] scores = await gold.ScoreCheckedAsync(pairs, cancellationToken).ConfigureAwait(false);
        var comparisons = new List<Comparison>(pairs.Count / 2);
        int ties = 0;
        for (int i = 0; i < pairs.Count; i += 2)
        {
            TokenSequence first = pairs.Tokens[i], second = pairs.Tokens[i + 1];
            if (scores[i] == scores[i + 1] || pairs.Tokens.Sequence(i).SequenceEqual(pairs.Tokens.Sequence(i + 1))) ties++;
            else
            {
                bool isFirst = scores[i] > scores[i + 1];
                comparisons.Add(new(isFirst ? first : second, isFirst ? second : first)
                {
                    Probability = probability(Math.Abs(scores[i] - scores[i + 1])),
                });
            }
        }
        return new(comparisons, ties);
    }

    /// <summary>Draws two rollouts for each prompt and labels them.</summary>
    /// <param name="gold">The reward model that decides.</param>
    /// <param name="policy">The policy that answers.</param>
    /// <param name="tokenizer">What turns tokens into text, for a gold model that reads text.</param>
    /// <param name="sampling">Response length and temperature.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="stream">Rollout j (0 or 1) of prompt i is drawn from
    /// <c>stream.Fork(i).Fork(j)</c>, whatever the batch.</param>
    /// <param name="promptsPerBatch">Prompts given to the policy at a time, at least 1. It bounds memory and
    /// changes nothing else.</param>
    /// <param name="progress">Told how many prompts are done, after every batch.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InvalidOperationException">The policy's answers are not answers to the prompts, or a score is not
    /// finite.</exception>
    public static async Task<LabeledComparisons> SampleAndLabelAsync(
        IRewardModel gold, IPolicy policy, ITokenizer tokenizer, SamplingOptions sampling, TokenBatch prompts,
        RandomStream stream, int promptsPerBatch = 128, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(gold);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(sampling);
        sampling.Validate();
        Guard.Positive(promptsPerBatch);
        var comparisons = new List<Comparison>(prompts.Count);
        int ties = 0;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        for (int first = 0; first < prompts.Count; first += promptsPerBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(promptsPerBatch, prompts.Count - first);
            var indices = new int[2 * count];
            var streams = new RandomStream[2 * count];
            for (int i = 0; i < indices.Length; i++)
            {
                indices[i] = first + i / 2;
                streams[i] = stream.Fork(indices[i]).Fork(i % 2);
            }
            TokenBatch asked = prompts.Select(indices);
            var shown = new Rollouts(asked, tokenizer);
            SampledBatch drawn = await policy.SampleCheckedAsync(asked, sampling, streams, i => FormattableString.Invariant(
                $"prompt {indices[i]} ({PromptExcerpt.Of(shown, i)}), sample {i % 2},"), cancellationToken).ConfigureAwait(false);
            var pairs = new Rollouts(drawn.Tokens, tokenizer);
            LabeledComparisons part = await LabelAsync(gold, pairs, cancellationToken).ConfigureAwait(false);
            comparisons.AddRange(part.Comparisons);
            ties += part.TieCount;
            progress?.Report(first + count);
        }
        return new(comparisons, ties);
    }
}
