using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// What training and evaluation both do with rollouts: write them, score them, measure their KL. Checked where numbers enter.
/// </summary>
internal sealed class RolloutWork(PpoProblem problem, PpoOptions options, double temperature, TokenCut cut)
{
    private readonly SamplingOptions _sampling =
        new() { ResponseLength = problem.ResponseLength, Temperature = temperature, Cut = cut, EndToken = problem.EndToken };
    private readonly PolicyOutputs _outputs = new();
    private float[] _tokenKl = [], _referenceLogProbs = [];

    /// <summary>One response to each prompt, in pieces of <see cref="PpoOptions.SamplingBatchRollouts"/>.</summary>
    public async ValueTask<SampledBatch> SampleAsync(
        ITrainablePolicy policy, TokenBatch prompts, RandomStream[] streams, int step, CancellationToken cancellationToken)
    {
        var pieces = new List<SampledBatch>();
        for (int start = 0; start < prompts.Count; start += options.SamplingBatchRollouts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(options.SamplingBatchRollouts, prompts.Count - start);
            var piece = count == prompts.Count ? prompts : prompts.Slice(start, count);
            var ofPiece = streams.AsMemory(start, count);
            var answer = await policy.SampleAsync(piece, _sampling, ofPiece, cancellationToken).ConfigureAwait(false);
            pieces.Add(Checked(policy, piece, answer, start, step));
        }
        var sampled = pieces.Count == 1 ? pieces[0] : new(
            TokenBatch.Concat([.. pieces.Select(static piece => piece.Tokens)]),
            [.. pieces.SelectMany(static piece => piece.LogProbs)],
            [.. pieces.SelectMany(static piece => piece.Values)]);
        RequireFinite(sampled.LogProbs, sampled.Tokens, step, "log-probability");
        RequireFinite(sampled.Values, sampled.Tokens, step, "value");
        return sampled;
    }

    /// <summary>Faults what is no answer, and one without a log-probability and a value for each token.</summary>
    private SampledBatch Checked(ITrainablePolicy policy, TokenBatch prompts, SampledBatch? answer, int first, int step)
    {
        try
        {
            answer = CheckedSampling.Require(policy, prompts, _sampling, answer, i => FormattableString.Invariant(
                $"rollout {first + i}, prompt {PromptExcerpt.Of(new(prompts, problem.Tokenizer), i)},"));
        }
        catch (InvalidOperationException fault)
        {
            // A number that is none has a place of its own, by token.
            if (answer is not null && answer.LogProbs.Length == answer.Tokens.TotalResponseTokens)
                RequireFinite(answer.LogProbs, answer.Tokens, step, "log-probability");
            throw new PpoFaultException(step, "rollouts", fault.Message, fault);
        }
        int tokens = answer.Tokens.TotalResponseTokens;
        if (answer.LogProbs.Length == tokens && answer.Values.Length == tokens) return answer;
        throw new PpoFaultException(step, "rollouts",
            FormattableString.Invariant($"{answer.LogProbs.Length} log-probabilities and {answer.Values.Length} values came for {tokens} response tokens; PPO needs one of each for each."));
    }

    /// <summary>
    /// The scores of a reward model, one finite number for each rollout, or a fault that names the model's role.
    /// </summary>
    public async ValueTask<double[]> ScoreAsync(
        IRewardModel model, TokenBatch batch, string role, int step, CancellationToken cancellationToken)
    {
        try
        {
            // A model that never answers must not keep a cancelled run alive.
            var scoring = model.ScoreCheckedAsync(new(batch, problem.Tokenizer), cancellationToken);
            return await scoring.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new PpoFaultException(step, $"{role} score", failure.Message, failure);
        }
    }

    /// <summary>
    /// Mean D_KL(policy ‖ reference) in nats per sequence, exact per token, of sequences sampled from the policy; where sampling
    /// is cut, of the cut policy from the whole reference.
    /// </summary>
    public Estimate MeanKl(
        ITrainablePolicy policy, ITrainablePolicy reference, TokenBatch batch, int step, CancellationToken cancellationToken)
    {
        if (_tokenKl.Length < batch.TotalResponseTokens) _tokenKl = new float[batch.TotalResponseTokens];
        for (int start = 0; start < batch.Count; start += options.SamplingBatchRollouts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(options.SamplingBatchRollouts, batch.Count - start);
            var piece = count == batch.Count ? batch : batch.Slice(start, count);
            var kl = _tokenKl.AsSpan(batch.ResponseOffsets[start], piece.TotalResponseTokens);
            policy.TokenKl(reference, piece, kl, temperature, cut);
        }
        ReadOnlySpan<float> tokenKl = _tokenKl.AsSpan(0, batch.TotalResponseTokens);
        RequireFinite(tokenKl, batch, step, "KL");
        var mean = KlEstimator.Exact(tokenKl, batch.ResponseOffsets, PromptClusters.Of(batch)).Value;
        // Next to π_init rounding may leave the sum a hair below 0.
        return mean.Value >= 0 ? mean : mean.HasStandardError ? new(0, mean.StandardError) : Estimate.Exact(0);
    }

    /// <summary>log π_init of every response token; valid until the next call.</summary>
    public ReadOnlySpan<float> ReferenceLogProbs(TokenBatch batch, int step, CancellationToken cancellationToken)
    {
        if (_referenceLogProbs.Length < batch.TotalResponseTokens) _referenceLogProbs = new float[batch.TotalResponseTokens];
        for (int start = 0; start < batch.Count; start += options.SamplingBatchRollouts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = batch.Slice(start, Math.Min(options.SamplingBatchRollouts, batch.Count - start));
            problem.ReferencePolicy.Evaluate(piece, _outputs, temperature); // PPO detail 3
            RequireFinite(_outputs.LogProbs, piece, step, "log-probability of the initial policy");
            _outputs.LogProbs.CopyTo(_referenceLogProbs.AsSpan(batch.ResponseOffsets[start]));
        }
        return _referenceLogProbs.AsSpan(0, batch.TotalResponseTokens);
    }

    /// <summary>Compares the KLs that <see cref="MeanKl"/> has just measured with k1 on the same rollouts.</summary>
    public KlCrossCheck CrossCheck(SampledBatch sampled, int step, CancellationToken cancellationToken)
    {
        var batch = sampled.Tokens;
        var reference = ReferenceLogProbs(batch, step, cancellationToken);
        return KlCrossCheck.Of<float>(_tokenKl.AsSpan(0, batch.TotalResponseTokens), sampled.LogProbs, reference,
            batch.ResponseOffsets, PromptClusters.Of(batch));
    }

    /// <summary>The mean score, its error clustered by prompt.</summary>
    public static Estimate MeanScore(double[] scores, TokenBatch batch) =>
        ClusteredMean.Of(scores, PromptClusters.Of(batch), out _);

    /// <summary>Faults the first per-token number that is not finite and names its rollout.</summary>
    public void RequireFinite(ReadOnlySpan<float> values, TokenBatch batch, int step, string quantity)
    {
        for (int t = 0; t < values.Length; t++)
        {
            if (float.IsFinite(values[t])) continue; // PPO detail 25
            int sequence = 0;
            while (batch.ResponseOffsets[sequence + 1] <= t) sequence++;
            throw Fault(step, quantity, values[t], batch, sequence, t - batch.ResponseOffsets[sequence]);
        }
    }

    private PpoFaultException Fault(int step, string quantity, double value, TokenBatch batch, int sequence, int token)
    {
        string prompt = PromptExcerpt.Of(new(batch, problem.Tokenizer), sequence);
        // Only a distribution that was cut can give probability zero; no number stands for that KL.
        bool isInfiniteKl = quantity == "KL" ? double.IsPositiveInfinity(value)
            : quantity.EndsWith("initial policy", StringComparison.Ordinal) && double.IsNegativeInfinity(value);
        string meaning = isInfiniteKl ? " The initial policy gives what the policy writes probability zero: D_KL is +infinity." : "";
        return new(step, quantity,
            FormattableString.Invariant($"{value} at rollout {sequence}, response token {token}, prompt {prompt}.{meaning}"));
    }
}
