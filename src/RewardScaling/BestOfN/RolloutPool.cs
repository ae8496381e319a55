using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>N responses to each of some prompts, sampled once and scored by as many reward models as there are.</summary>
/// <remarks>Scores are separate lists, so proxies share one pool and its gold scores. Immutable.</remarks>
public sealed class RolloutPool
{
    /// <summary>A pool.</summary>
    /// <param name="rollouts">Prompts with responses, grouped: the N responses to the first prompt, then those to
    /// the second, and so on.</param>
    /// <param name="samplesPerPrompt">N, at least 1; the number of rollouts is a multiple of it.</param>
    /// <exception cref="ArgumentException">The number of rollouts is not a multiple of N.</exception>
    public RolloutPool(Rollouts rollouts, int samplesPerPrompt)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        Guard.Positive(samplesPerPrompt);
        if (rollouts.Count % samplesPerPrompt != 0)
            throw new ArgumentException(FormattableString.Invariant($"rollouts has {rollouts.Count} sequences; it must be a multiple of samplesPerPrompt = {samplesPerPrompt}."), nameof(rollouts));
        Rollouts = rollouts;
        SamplesPerPrompt = samplesPerPrompt;
    }

    /// <summary>The pool of some answers, checked, that follow each other.</summary>
    internal static RolloutPool Of(IReadOnlyList<SampledBatch> chunks, ITokenizer tokenizer, int samplesPerPrompt)
    {
        var tokens = chunks.Count == 1 ? chunks[0].Tokens : TokenBatch.Concat([.. chunks.Select(static chunk => chunk.Tokens)]);
        bool known = chunks.All(static chunk => chunk.LogProbs.Length == chunk.Tokens.TotalResponseTokens);
        return new(new(tokens, tokenizer), samplesPerPrompt)
        {
            TokenLogProbs = known ? [.. chunks.SelectMany(static chunk => chunk.LogProbs)] : null,
            LogProbs = chunks.All(chunk => known || chunk.ResponseLogProbs is not null) ? [.. chunks.SelectMany(Sums)] : null,
        };
    }

    private static IEnumerable<double> Sums(SampledBatch chunk) =>
        chunk.ResponseLogProbs ?? Enumerable.Range(0, chunk.Tokens.Count).Select(i => chunk.LogProbs
            .Take(chunk.Tokens.ResponseOffsets[i]..chunk.Tokens.ResponseOffsets[i + 1]).Sum(static logProb => (double)logProb));

    /// <summary>
    /// The prompts with their responses, grouped by prompt; rollout of prompt p and sample s is number p N + s.
    /// </summary>
    public Rollouts Rollouts { get; }

    /// <summary>N, how many responses each prompt has.</summary>
    public int SamplesPerPrompt { get; }

    /// <summary>
    /// log π(token | prefix) of each response token, as sampled (temperature and cut included), in nats, laid out as
    /// <see cref="TokenBatch.ResponseOffsets"/> says; null where the policy did not give them.
    /// </summary>
    public IReadOnlyList<float>? TokenLogProbs { get; init; }

    /// <summary>
    /// log π(response | prompt) of each rollout, as sampled, in nats; null where the policy did not give them. With these of a
    /// selected response, <see cref="DiscreteBestOfN"/> estimates KL, and those of another policy give KL by samples.
    /// </summary>
    public IReadOnlyList<double>? LogProbs { get; init; }

    /// <summary>How many prompts there are.</summary>
    public int PromptCount => Rollouts.Count / SamplesPerPrompt;

    /// <summary>Puts a proxy's scores and gold's beside each other, prompt by prompt.</summary>
    /// <param name="proxy">One score for each rollout, in their order; finite.</param>
    /// <param name="gold">One score for each rollout, in their order; finite.</param>
    /// <exception cref="ArgumentException">Another number of scores than rollouts, or a score that is not finite.</exception>
    /// <remarks>Takes what two awaits return: <c>pool.Scored(await sampler.ScoreAsync(pool, proxy), await
    /// sampler.ScoreAsync(pool, gold))</c>.</remarks>
    public IReadOnlyList<ScoredPrompt> Scored(double[] proxy, double[] gold)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        ArgumentNullException.ThrowIfNull(gold);
        Guard.Length(proxy.Length, Rollouts.Count, nameof(proxy));
        Guard.Length(gold.Length, Rollouts.Count, nameof(gold));
        var prompts = new ScoredPrompt[PromptCount];
        for (int p = 0; p < prompts.Length; p++)
            prompts[p] = new(FormattableString.Invariant($"{p}"),
                proxy.AsSpan(p * SamplesPerPrompt, SamplesPerPrompt), gold.AsSpan(p * SamplesPerPrompt, SamplesPerPrompt));
        return prompts;
    }

    /// <summary>How much there is.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{PromptCount} prompts x {SamplesPerPrompt} rollouts");
}
