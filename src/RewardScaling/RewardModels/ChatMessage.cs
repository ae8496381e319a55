namespace RewardScaling.RewardModels;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks: "system", "user", "assistant", or another name as the file has it; ShareGPT's "human" and "gpt" are
/// "user" and "assistant".</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);
