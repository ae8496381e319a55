namespace RewardScaling.Serving;

/// <summary>How a server is asked for scores, and what it answers. docs/servers.md shows each.</summary>
public enum ScoringContract
{
    /// <summary>
    /// This library's own, at the address itself: <c>{"rollouts":[{"id","prompt","response"}]}</c> is answered by
    /// <c>{"scores":[{"id","score"}]}</c>. The id is a hash of prompt and response, so that an answer to another one shows.
    /// </summary>
    Plain,

    /// <summary>vLLM's <c>/score</c>: prompts as text_1, responses as text_2.</summary>
    VllmScore,

    /// <summary>vLLM's <c>/classify</c>: prompt and response as one text, the score without an activation.</summary>
    VllmClassify,

    /// <summary>vLLM's <c>/pooling</c>: prompt and response as one text, the number at the last token.</summary>
    VllmPooling,

    /// <summary>Text Embeddings Inference's <c>/predict</c>: prompt and response as one text, raw scores.</summary>
    TeiPredict,
}
