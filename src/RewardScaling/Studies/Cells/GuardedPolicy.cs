using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies.Cells;

/// <summary>A policy that is asked only when a check has passed, and the check only when it is asked.</summary>
internal sealed class GuardedPolicy(IPolicy policy, Once check) : IPolicy
{
    /// <inheritdoc/>
    public int VocabularySize => policy.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength => policy.ContextLength;

    /// <inheritdoc/>
    public async ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options,
        ReadOnlyMemory<RandomStream> streams, CancellationToken cancellationToken = default)
    {
        await check.DoneAsync(cancellationToken).ConfigureAwait(false);
        return await policy.SampleAsync(prompts, options, streams, cancellationToken).ConfigureAwait(false);
    }
}
