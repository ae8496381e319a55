using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>What training and evaluation both do with rollouts: write them, score them, measure their KL. Checked where numbers enter.</summary>
internal sealed class RolloutWork(PpoProblem problem, PpoOptions options)
{
    private readonly SamplingOptions _sampling = new() { ResponseLength = problem.ResponseLength, Temperature = options.Temperature };
    private float[] _tokenKl = [];

    /// <summary>One response to each prompt, in pieces of <see cref="PpoOptions.SamplingBatchRollouts"/>.</summary>
    public async ValueTask<SampledBatch> SampleAsync(ITrainablePolicy policy, TokenBatch prompts, RandomStream[] streams, int step, CancellationToken cancellationToken)
    {
        int piece = options.SamplingBatchRollouts;
        SampledBatch sampled;
        if (prompts.Count <= piece) sampled = await policy.SampleAsync(prompts, _sampling, streams, cancellationToken).ConfigureAwait(false);
        else
        {
            var pieces = new List<SampledBatch>();
            for (int start = 0; start < prompts.Count; start += piece)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = Math.Min(piece, prompts.Count - start);
                pieces.Add(await policy.SampleAsync(prompts.Slice(start, count), _sampling, streams.AsMemory(start, count), cancellationToken).ConfigureAwait(false));
            }
            sampled = new(TokenBatch.Concat([.. pieces.Select(p => p.Tokens)]), [.. pieces.SelectMany(p => p.LogProbs)], [.. pieces.SelectMany(p => p.Values)]);
        }
        RequireFinite(sampled.LogProbs, sampled.Tokens, step, "log-probability");
        RequireFinite(sampled.Values, sampled.Tokens, step, "value");
        return sampled;
    }

    /// <summary>The scores of a reward model, one finite number for each rollout or a fault that names its role.</summary>
    public async ValueTask<double[]> ScoreAsync(IRewardModel model, TokenBatch batch, string role, int step, CancellationToken cancellationToken)
    {
        double[] scores;
        try
        {
            // A model that never answers must not keep a cancelled run alive.
            scores = await model.ScoreAsync(new(batch, problem.Tokenizer), cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new PpoFaultException(step, $"{role} score", $"the reward model failed: {failure.Message}", failure);
        }
        if (scores is null) throw new PpoFaultException(step, $"{role} score", "the reward model returned no list.");
        if (scores.Length != batch.Count)
            throw new PpoFaultException(step, $"{role} score", $"the reward model returned {scores.Length} scores for {batch.Count} rollouts.");
        for (int i = 0; i < scores.Length; i++)
            if (!double.IsFinite(scores[i])) throw Fault(step, $"{role} score", scores[i], batch, i);
        return scores;
    }

    /// <summary>D_KL(policy ‖ reference) of every sequence in nats, exact per token and summed over its response.</summary>
    public double[] SequenceKl(ITrainablePolicy policy, ITrainablePolicy reference, TokenBatch batch, int step, CancellationToken cancellationToken)
    {
        var sums = new double[batch.Count];
        for (int start = 0; start < batch.Count; start += options.SamplingBatchRollouts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(options.SamplingBatchRollouts, batch.Count - start);
            var piece = count == batch.Count ? batch : batch.Slice(start, count);
            if (_tokenKl.Length < piece.TotalResponseTokens) _tokenKl = new float[piece.TotalResponseTokens];
            var kl = _tokenKl.AsSpan(0, piece.TotalResponseTokens);
            policy.TokenKl(reference, piece, kl, options.Temperature);
            for (int i = 0; i < count; i++)
            {
                double sum = 0;
                foreach (float token in kl[piece.ResponseOffsets[i]..piece.ResponseOffsets[i + 1]]) sum += token;
                if (!double.IsFinite(sum)) throw Fault(step, "KL", sum, batch, start + i);
                sums[start + i] = sum;
            }
        }
        return sums;
    }

    /// <summary>The mean sequence KL, which rounding must not push below 0.</summary>
    public static Estimate MeanKl(double[] sequenceKl, TokenBatch batch)
    {
        var mean = ClusteredMean.Of(sequenceKl, ClusteredMean.ByPrompt(batch));
        return mean.Value >= 0 ? mean : mean.HasStandardError ? new(0, mean.StandardError) : Estimate.WithoutError(0);
    }

    /// <summary>Faults the first per-token number that is not finite and names its rollout.</summary>
    public void RequireFinite(ReadOnlySpan<float> values, TokenBatch batch, int step, string quantity)
    {
        for (int t = 0; t < values.Length; t++)
        {
            if (float.IsFinite(values[t])) continue;
            int sequence = 0;
            while (batch.ResponseOffsets[sequence + 1] <= t) sequence++;
            throw Fault(step, quantity, values[t], batch, sequence, t - batch.ResponseOffsets[sequence]);
        }
    }

    /// <summary>The fault of one rollout: its number, and as much of its prompt as tells it apart.</summary>
    public PpoFaultException Fault(int step, string quantity, double value, TokenBatch batch, int sequence, int token = -1)
    {
        const int shown = 60;
        string prompt = problem.Tokenizer.Decode(batch.Prompt(sequence));
        if (prompt.Length > shown) prompt = string.Concat("…", prompt.AsSpan(prompt.Length - shown));
        string where = token < 0 ? "" : FormattableString.Invariant($", response token {token}");
        return new(step, quantity, FormattableString.Invariant($"{value} at rollout {sequence}{where}, prompt \"{prompt.ReplaceLineEndings("⏎")}\"."));
    }
}
