namespace RewardScaling.Studies;

/// <summary>A prompt and what a policy answered.</summary>
/// <param name="Prompt">The text of the prompt.</param>
/// <param name="Response">The text of the response.</param>
public sealed record TextSample(string Prompt, string Response);
