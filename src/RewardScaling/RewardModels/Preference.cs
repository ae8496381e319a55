namespace RewardScaling.RewardModels;

/// <summary>Two responses to one prompt as text, one of them preferred.</summary>
/// <param name="Prompt">The prompt, not empty.</param>
/// <param name="Chosen">The preferred response, not empty.</param>
/// <param name="Rejected">The other response, not empty and not the same.</param>
public sealed record Preference(string Prompt, string Chosen, string Rejected);
