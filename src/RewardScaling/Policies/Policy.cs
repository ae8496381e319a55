using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>
/// Policies from functions of the prompt's text, for best-of-n and for labelling: a program, a service, somebody else's model.
/// </summary>
/// <remarks>
/// Their tokens only keep the text. The tokenizer must give an answer back as it was, or it is a fault; bytes
/// (<see cref="ByteTokenizer"/>, the default) do. An answer longer than <see cref="SamplingOptions.ResponseLength"/> is a fault
/// too, for a part of it would be another answer. Where the options have an end token, it is put behind every answer that leaves
/// room for it. What a function throws reaches the caller as it is.
/// </remarks>
/// <example>
/// <code>
/// IPolicy program = Policy.FromText((prompt, stream) => stream.Uniform(0) &lt; 0.5 ? "yes" : "no");
/// </code>
/// </example>
public static class Policy
{
    /// <summary>Answers by a function.</summary>
    /// <param name="answer">The prompt and where the randomness comes from, to an answer. Called once for each answer, in order.
    /// It knows no temperature and no cut: any but those of the policy's own distribution are refused.</param>
    /// <param name="contextLength">The longest prompt with its response, in tokens; at least 2.</param>
    /// <param name="tokenizer">What keeps the texts; null for their bytes.</param>
    public static IPolicy FromText(
        Func<string, RandomStream, string> answer, int contextLength = int.MaxValue, ITokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new TextPolicy((requests, _) =>
        {
            RequireOwnDistribution(requests[0].Sampling);
            return ValueTask.FromResult<IReadOnlyList<TextAnswer>>(
                Array.ConvertAll(requests, request => new TextAnswer(answer(request.Prompt, request.Stream))));
        }, contextLength, tokenizer);
    }

    /// <summary>Answers by a call that takes its time, such as one to a service, a few at once.</summary>
    /// <param name="answer">One request to an answer, with or without its log-probability: all of them with, or all
    /// without.</param>
    /// <param name="callsAtOnce">How many calls may be under way, at least 1.</param>
    /// <param name="contextLength">The longest prompt with its response, in tokens; at least 2.</param>
    /// <param name="tokenizer">What keeps the texts; null for their bytes.</param>
    public static IPolicy FromRemote(Func<TextRequest, CancellationToken, ValueTask<TextAnswer>> answer, int callsAtOnce = 8,
        int contextLength = int.MaxValue, ITokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Guard.Positive(callsAtOnce);
        return new TextPolicy(async (requests, cancellationToken) =>
        {
            var answers = new TextAnswer[requests.Length];
            var options = new ParallelOptions { MaxDegreeOfParallelism = callsAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, requests.Length, options, async (i, token) =>
                answers[i] = await answer(requests[i], token).ConfigureAwait(false)).ConfigureAwait(false);
            return answers;
        }, contextLength, tokenizer);
    }

    /// <summary>Answers by a call that takes many requests at a time.</summary>
    /// <param name="answer">Requests to as many answers, in their order.</param>
    /// <param name="contextLength">The longest prompt with its response, in tokens; at least 2.</param>
    /// <param name="tokenizer">What keeps the texts; null for their bytes.</param>
    public static IPolicy FromRemoteBatch(
        Func<IReadOnlyList<TextRequest>, CancellationToken, ValueTask<IReadOnlyList<TextAnswer>>> answer,
        int contextLength = int.MaxValue, ITokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new TextPolicy(answer, contextLength, tokenizer);
    }

    private static void RequireOwnDistribution(SamplingOptions sampling)
    {
        if (sampling.Temperature == 1 && sampling.Cut == TokenCut.None) return;
        throw new ArgumentException(FormattableString.Invariant(
            $"A policy from a function of the text knows no temperature ({sampling.Temperature}) and no cut ({sampling.Cut}); use Policy.FromRemote, whose requests carry them."));
    }
}
