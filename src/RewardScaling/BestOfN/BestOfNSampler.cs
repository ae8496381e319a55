using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>Best-of-n: samples responses, scores them, keeps the best.</summary>
/// <remarks>
/// Sample s of prompt p is drawn with <c>stream.Fork(p).Fork(s)</c>, so a pool of N contains every smaller pool of the same
/// stream, and neither <see cref="BestOfNOptions.ChunkSize"/> nor what else is asked changes a response. It works on threads of
/// the pool, not on the caller's.
/// </remarks>
/// <example>
/// <code>
/// var sampler = new BestOfNSampler(policy, tokenizer, new SamplingOptions { ResponseLength = 32 });
/// RolloutPool pool = await sampler.SamplePoolAsync(prompts, samplesPerPrompt: 64, stream);
/// RewardCurve curve = BestOfNCurve.From(
///     pool.Scored(await sampler.ScoreAsync(pool, proxy), await sampler.ScoreAsync(pool, gold)), n: [1, 4, 16, 64]);
/// </code>
/// </example>
public sealed class BestOfNSampler
{
    private readonly IPolicy _policy;
    private readonly ITokenizer _tokenizer;
    private readonly SamplingOptions _sampling;
    private readonly BestOfNOptions _options;

    /// <summary>A sampler of a policy.</summary>
    /// <param name="policy">What answers the prompts.</param>
    /// <param name="tokenizer">What turns its tokens into text, for reward models that read text.</param>
    /// <param name="sampling">Response length and temperature.</param>
    /// <param name="options">How the work is split; null for the defaults.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public BestOfNSampler(IPolicy policy, ITokenizer tokenizer, SamplingOptions sampling, BestOfNOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(sampling);
        sampling.Validate();
        (_policy, _tokenizer, _sampling, _options) = (policy, tokenizer, sampling, options ?? new());
        _options.Validate();
    }

    /// <summary>Samples N responses to every prompt.</summary>
    /// <param name="prompts">The prompts: sequences without a response.</param>
    /// <param name="samplesPerPrompt">N, at least 1.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    /// <param name="progress">Told after every chunk.</param>
    /// <param name="cancellationToken">Stops between chunks and wherever the policy looks at it.</param>
    /// <exception cref="ArgumentException">A prompt that has a response already, or one the policy refuses.</exception>
    /// <exception cref="InvalidOperationException">The policy's answers are not answers to the prompts: another number of them,
    /// other prompts, too long, tokens outside the vocabulary, log-probabilities that are none. The message names prompt and
    /// sample.</exception>
    public Task<RolloutPool> SamplePoolAsync(
        TokenBatch prompts, int samplesPerPrompt, RandomStream stream, IProgress<BestOfNProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        SamplePoolAsync(prompts, 0, samplesPerPrompt, stream, progress, cancellationToken);

    /// <summary>Samples a part of a pool: the rollouts of some prompts are those they have in the whole.</summary>
    /// <param name="prompts">The prompts of the part.</param>
    /// <param name="firstPrompt">The number of the first of them in the whole.</param>
    /// <param name="samplesPerPrompt">N, at least 1.</param>
    /// <param name="stream">The stream of the whole.</param>
    /// <param name="progress">Told after every chunk.</param>
    /// <param name="cancellationToken">Stops between chunks and wherever the policy looks at it.</param>
    internal async Task<RolloutPool> SamplePoolAsync(
        TokenBatch prompts, int firstPrompt, int samplesPerPrompt, RandomStream stream, IProgress<BestOfNProgress>? progress,
            CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        Guard.Positive(samplesPerPrompt);
        for (int p = 0; p < prompts.Count; p++)
            if (prompts[p].ResponseLength != 0)
                throw new ArgumentException(FormattableString.Invariant($"prompts[{p}] already has a response of {prompts[p].ResponseLength} tokens."), nameof(prompts));
        int total = checked(prompts.Count * samplesPerPrompt);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        var chunks = new List<SampledBatch>();
        var asked = new Rollouts(prompts, _tokenizer);
        for (int start = 0; start < total; start += _options.ChunkSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = start, count = Math.Min(_options.ChunkSize, total - start);
            var indices = new int[count];
            var streams = new RandomStream[count];
            for (int i = 0; i < count; i++)
            {
                (int prompt, int sample) = Math.DivRem(start + i, samplesPerPrompt);
                indices[i] = prompt;
                streams[i] = stream.Fork(firstPrompt + prompt).Fork(sample);
            }
            chunks.Add(await _policy.SampleCheckedAsync(
                prompts.Select(indices), _sampling, streams, Name, cancellationToken).ConfigureAwait(false));
            progress?.Report(new("sampling", start + count, total));

            string Name(int i) => FormattableString.Invariant(
                $"prompt {firstPrompt + indices[i]} ({PromptExcerpt.Of(asked, indices[i])}), sample {(first + i) % samplesPerPrompt},");
        }
        return RolloutPool.Of(chunks, _tokenizer, samplesPerPrompt);
    }

    /// <summary>Scores a pool by one reward model, proxy or gold.</summary>
    /// <param name="pool">The rollouts.</param>
    /// <param name="rewardModel">What scores them.</param>
    /// <param name="progress">Told after every chunk.</param>
    /// <param name="cancellationToken">Stops between chunks and wherever the reward model looks at it.</param>
    /// <returns>One finite score for each rollout, in their order.</returns>
    /// <exception cref="InvalidOperationException">The reward model gave another number of scores, or one that is not finite; the
    /// message names the rollout.</exception>
    public Task<double[]> ScoreAsync(
        RolloutPool pool, IRewardModel rewardModel, IProgress<BestOfNProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
        ScoreAsync(pool, rewardModel, _options, progress, cancellationToken);

    /// <summary>The same without a policy, which scoring does not ask.</summary>
    internal static async Task<double[]> ScoreAsync(RolloutPool pool, IRewardModel rewardModel, BestOfNOptions options,
        IProgress<BestOfNProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(rewardModel);
        int total = pool.Rollouts.Count;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        var scores = new double[total];
        for (int start = 0; start < total; start += options.ChunkSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(options.ChunkSize, total - start);
            var chunk = count == total ? pool.Rollouts
                : new Rollouts(pool.Rollouts.Tokens.Slice(start, count), pool.Rollouts.Tokenizer);
            double[] some = await rewardModel.ScoreCheckedAsync(chunk, Name, cancellationToken).ConfigureAwait(false);
            some.CopyTo(scores, start);
            progress?.Report(new("scoring", start + count, total));

            string Name(int i)
            {
                (int prompt, int sample) = Math.DivRem(start + i, pool.SamplesPerPrompt);
                return FormattableString.Invariant(
                    $"rollout {start + i} of {total} (prompt {prompt}, {PromptExcerpt.Of(chunk, i)}, sample {sample})");
            }
        }
        return scores;
    }

    /// <summary>Answers every prompt with the best of n responses.</summary>
    /// <param name="prompts">The prompts: sequences without a response.</param>
    /// <param name="n">How many responses are sampled to keep one; at least 1.</param>
    /// <param name="rewardModel">What they are chosen by.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    /// <param name="progress">Told after every chunk.</param>
    /// <param name="cancellationToken">Stops between chunks.</param>
    /// <returns>One choice for each prompt, in their order.</returns>
    public async Task<IReadOnlyList<BestOfNChoice>> SelectAsync(
        TokenBatch prompts, int n, IRewardModel rewardModel, RandomStream stream, IProgress<BestOfNProgress>? progress = null,
            CancellationToken cancellationToken = default)
    {
        var pool = await SamplePoolAsync(prompts, n, stream, progress, cancellationToken).ConfigureAwait(false);
        double[] scores = await ScoreAsync(pool, rewardModel, progress, cancellationToken).ConfigureAwait(false);
        var choices = new BestOfNChoice[pool.PromptCount];
        for (int p = 0; p < choices.Length; p++)
        {
            int best = p * n;
            for (int i = best + 1; i < (p + 1) * n; i++)
                if (scores[i] > scores[best]) best = i;
            choices[p] = new(p, best - p * n, pool.Rollouts.Tokens.Response(best).ToArray(), pool.Rollouts.Response(best),
                scores[best], pool.LogProbs is { } logProbs ? logProbs[best] : null);
        }
        return choices;
    }
}
