namespace RewardScaling.Models;

/// <summary>
/// What a policy wrote, with what it thought while writing. Per-token lists follow <see cref="TokenBatch.ResponseOffsets"/>.
/// </summary>
/// <param name="Tokens">Prompts with their responses, in the order of the prompts given.</param>
/// <param name="LogProbs">log π(token | prefix) of each response token under the distribution it was drawn from (the sampling
/// temperature included), in nats.</param>
/// <param name="Values">The value head at the state each response token was drawn in (before the token is seen); zeros from
/// a policy without one.</param>
public sealed record SampledBatch(TokenBatch Tokens, float[] LogProbs, float[] Values);
