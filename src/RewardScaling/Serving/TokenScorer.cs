using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>Scorers of tokens that are no servers.</summary>
public static class TokenScorer
{
    /// <summary>A policy of an engine here, such as the initial one from a model folder.</summary>
    /// <param name="policy">The policy; used, not owned. One call at a time, as the policy takes them.</param>
    /// <param name="sequencesAtOnce">How many sequences are evaluated together, at least 1; changes speed and memory and no
    /// result.</param>
    public static ITokenScorer Of(ITrainablePolicy policy, int sequencesAtOnce = 64)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Guard.Positive(sequencesAtOnce);
        return new EngineScorer(policy, sequencesAtOnce);
    }

    private sealed class EngineScorer(ITrainablePolicy policy, int sequencesAtOnce) : ITokenScorer
    {
        public ValueTask<float[]> LogProbsAsync(TokenBatch batch, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(batch);
            var logProbs = new float[batch.TotalResponseTokens];
            var outputs = new PolicyOutputs();
            for (int start = 0; start < batch.Count; start += sequencesAtOnce)
            {
                cancellationToken.ThrowIfCancellationRequested();
                policy.Evaluate(batch.Slice(start, Math.Min(sequencesAtOnce, batch.Count - start)), outputs);
                outputs.LogProbs.CopyTo(logProbs.AsSpan(batch.ResponseOffsets[start]));
            }
            return ValueTask.FromResult(logProbs);
        }
    }
}
