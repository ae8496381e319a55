namespace RewardScaling.Serving;

/// <summary>
/// Whose server it is: what it calls its sampling options, whether it gives tokens, and how it scores a text that is given.
/// </summary>
public enum ServerKind
{
    /// <summary>
    /// Anything with OpenAI's completions and nothing more: no top-k, no tokens. Given texts are scored by <c>echo</c>, where
    /// the server has it.
    /// </summary>
    OpenAi,

    /// <summary>vLLM: tokens by <c>return_token_ids</c>, given tokens are scored by <c>prompt_logprobs</c>.</summary>
    Vllm,

    /// <summary>SGLang: tokens by <c>return_token_ids</c>, given tokens are scored by its own <c>/generate</c>.</summary>
    SgLang,

    /// <summary>
    /// llama.cpp's llama-server, asked by its own <c>/completion</c>: <c>/v1/completions</c> leaves tokens out without a word. It
    /// ignores <c>echo</c> and <c>prompt_logprobs</c>; given tokens are scored by a grammar that lets it write nothing else.
    /// </summary>
    LlamaCpp,
}
