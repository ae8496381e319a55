namespace RewardScaling.Serving;

/// <summary>Which distribution a server's log-probabilities are of.</summary>
public enum ServedLogProbs
{
    /// <summary>It gives none, or they are not asked for: best-of-n and no KL.</summary>
    None,

    /// <summary>
    /// Of the model itself, before temperature and cut: llama-server, vLLM since its engine V1 (<c>--logprobs-mode
    /// raw_logprobs</c>).
    /// They are the sampler's own only at temperature 1 without a cut.
    /// </summary>
    Raw,

    /// <summary>Of what was drawn from, behind temperature and cut: vLLM with <c>--logprobs-mode
    /// processed_logprobs</c>.</summary>
    Processed,
}
