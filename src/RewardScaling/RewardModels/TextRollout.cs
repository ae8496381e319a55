namespace RewardScaling.RewardModels;

/// <summary>A prompt and a response to it, as text.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Response">The response.</param>
public readonly record struct TextRollout(string Prompt, string Response);
