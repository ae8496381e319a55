namespace RewardScaling.Runs.Formats;

/// <summary>Conversations as plain text: a message alone is its words, several are told apart by who speaks.</summary>
internal static class PlainChat
{
    public const string User = "user", Assistant = "assistant";

    public static readonly string[] Roles = ["role", "from", "speaker"];
    public static readonly string[] Contents = ["content", "value", "text"];

    /// <summary>The text of a conversation.</summary>
    public static string Text(IReadOnlyList<(string Role, string Content)> messages) => messages.Count == 1 ? messages[0].Content
        : string.Join("\n\n", messages.Select(static message => message.Role switch
        {
            User => $"Human: {message.Content}",
            Assistant => $"Assistant: {message.Content}",
            "system" => $"System: {message.Content}",
            _ => $"{message.Role}: {message.Content}",
        }));

    /// <summary>One name for each role, whatever a data set calls it.</summary>
    public static string Role(string role) => role.ToLowerInvariant() switch
    {
        "human" or "user" or "prompter" => User,
        "gpt" or "assistant" or "chatgpt" or "bot" or "model" => Assistant,
        var other => other,
    };
}
