using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>Anything that answers prompts: all that best-of-n asks of a policy. A remote model can be one.</summary>
/// <remarks>
/// A network of an engine computes on the thread that asks and has finished when the call returns; a remote policy waits without
/// a thread. Best-of-n and PPO ask from threads of the pool.
/// </remarks>
public interface IPolicy
{
    /// <summary>How many different tokens there are.</summary>
    int VocabularySize { get; }

    /// <summary>The longest sequence, prompt and response together, in tokens.</summary>
    int ContextLength { get; }

    /// <summary>Draws one response to each prompt.</summary>
    /// <param name="prompts">The prompts: sequences without a response, possibly of different lengths.</param>
    /// <param name="options">Response length, temperature, top-k and top-p (obeyed or refused, never ignored) and end token;
    /// <see cref="SampledBatch.CutAfter"/> cuts at the latter.</param>
    /// <param name="streams">
    /// One stream of random numbers for each prompt; the response's token t is drawn with
    /// <c>streams[i].Uniform(t)</c> by inverting the cumulative distribution, that of what the cut left, in the order of the
    /// vocabulary. So a draw does not depend on what else is in the batch, and every engine draws the same.
    /// </param>
    /// <param name="cancellationToken">Stops between tokens or pieces of work.</param>
    /// <exception cref="ArgumentException">A token outside the vocabulary, a sequence that would outgrow the context, or another
    /// number of streams than prompts.</exception>
    ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellationToken = default);
}
