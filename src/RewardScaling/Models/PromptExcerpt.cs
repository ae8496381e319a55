namespace RewardScaling.Models;

/// <summary>A prompt in a message: enough of it to find it again, on one line.</summary>
internal static class PromptExcerpt
{
    private const int Shown = 60;

    /// <summary>The prompt's text in quotes, its beginning left out where it is long.</summary>
    public static string Of(Rollouts rollouts, int index) => Of(rollouts.Prompt(index));

    /// <summary>A text in quotes, its beginning left out where it is long.</summary>
    public static string Of(string text)
    {
        text = text.ReplaceLineEndings("⏎");
        return text.Length > Shown ? $"\"…{text[^Shown..]}\"" : $"\"{text}\"";
    }
}
