using System.Globalization;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// The one place where a policy's answers are checked: best-of-n, labelling and PPO ask any <see cref="IPolicy"/> through here.
/// </summary>
internal static class CheckedSampling
{
    // A log-probability is at most 0, but for the rounding of its softmax.
    private const double LargestLogProb = 1e-3;

    /// <summary>Answers to prompts: one for each, to the prompts asked, no longer than asked, with finite numbers.</summary>
    /// <param name="policy">What answers.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="options">How responses are drawn.</param>
    /// <param name="streams">One stream for each prompt.</param>
    /// <param name="name">What to call an answer by its index: its prompt and sample.</param>
    /// <param name="cancellationToken">Stops the sampling.</param>
    /// <exception cref="InvalidOperationException">The policy's answer is not one; the message names the policy and the
    /// answer.</exception>
    public static async ValueTask<SampledBatch> SampleCheckedAsync(
        this IPolicy policy, TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        Func<int, string> name, CancellationToken cancellationToken)
    {
        SampledBatch? answer = await policy.SampleAsync(prompts, options, streams, cancellationToken).ConfigureAwait(false);
        return Require(policy, prompts, options, answer, name);
    }

    /// <summary>The same of an answer that is there.</summary>
    /// <exception cref="InvalidOperationException">It is not one; the message names the policy and the answer.</exception>
    public static SampledBatch Require(IPolicy policy, TokenBatch prompts, SamplingOptions options, SampledBatch? answer,
        Func<int, string> name)
    {
        string who = $"The policy {policy.GetType().Name}";
        if (answer is null) throw new InvalidOperationException($"{who} returned null instead of {prompts.Count} answers.");
        if (answer.Tokens.Count != prompts.Count)
            throw Fault($"{who} answered {answer.Tokens.Count} of {prompts.Count} prompts; it must answer each once.");
        for (int i = 0; i < prompts.Count; i++)
        {
            if (Wrong(answer.Tokens, prompts, i, options, policy.VocabularySize) is { } wrong)
                throw Fault($"{who} gave {name(i)} an answer {wrong}.");
        }
        int tokens = answer.Tokens.TotalResponseTokens;
        if (answer.LogProbs.Length != tokens && answer.LogProbs.Length != 0)
            throw Fault($"{who} gave {answer.LogProbs.Length} log-probabilities for {tokens} response tokens; it must give one for each, or none.");
        if (answer.ResponseLogProbs is { } sums && sums.Count != prompts.Count)
            throw Fault($"{who} gave {sums.Count} log-probabilities for {prompts.Count} responses; it must give one for each.");
        for (int i = 0; i < prompts.Count; i++)
        {
            int first = answer.Tokens.ResponseOffsets[i];
            for (int t = first; t < Math.Min(answer.Tokens.ResponseOffsets[i + 1], answer.LogProbs.Length); t++)
            {
                if (IsLogProb(answer.LogProbs[t])) continue;
                throw Fault($"{who} gave {name(i)} the log-probability {answer.LogProbs[t]} at response token {t - first}; it must be finite and at most 0.");
            }
            if (answer.ResponseLogProbs is { } given && !IsLogProb(given[i]))
                throw Fault($"{who} gave {name(i)} the log-probability {given[i]}; it must be finite and at most 0.");
        }
        return answer;
    }

    private static string? Wrong(TokenBatch answers, TokenBatch prompts, int index, SamplingOptions options, int vocabulary)
    {
        if (!answers.Prompt(index).SequenceEqual(prompts.Prompt(index))) return "to another prompt";
        ReadOnlySpan<int> response = answers.Response(index);
        if (response.Length > options.ResponseLength)
            return string.Create(CultureInfo.InvariantCulture, $"of {response.Length} tokens, longer than the {options.ResponseLength} asked for");
        for (int t = 0; t < response.Length; t++)
        {
            if ((uint)response[t] >= (uint)vocabulary)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"whose token {t} is {response[t]}; it must be in [0, {vocabulary - 1}]");
            }
            if (response[t] == options.EndToken && t < response.Length - 1)
                return string.Create(CultureInfo.InvariantCulture, $"that goes on behind its end token {response[t]} at {t}");
        }
        return null;
    }

    private static bool IsLogProb(double value) => value <= LargestLogProb && double.IsFinite(value);

    private static InvalidOperationException Fault(FormattableString message) => new(FormattableString.Invariant(message));
}
