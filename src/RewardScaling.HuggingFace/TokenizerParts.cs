namespace RewardScaling.HuggingFace;

/// <summary>What a tokenizer file describes.</summary>
/// <param name="Added">Tokens that are found before anything else.</param>
/// <param name="Normalizer">What happens to the text first, or null.</param>
/// <param name="Splitters">How the text is cut, step by step.</param>
/// <param name="Model">What makes tokens of the pieces.</param>
/// <param name="Decoder">What makes text of tokens.</param>
/// <param name="Before">Tokens the template puts before a text.</param>
/// <param name="Behind">Tokens the template puts behind a text.</param>
internal sealed record TokenizerParts(
    IReadOnlyList<AddedToken> Added, TextNormalizer? Normalizer, IReadOnlyList<TextSplitter> Splitters, TokenModel Model,
    TokenDecoder Decoder, int[] Before, int[] Behind);
