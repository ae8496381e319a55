namespace RewardScaling.Numerics;

/// <summary>What others wrote, as messages show it: a value of ten megabytes must not fill the screen.</summary>
internal static class Excerpt
{
    private const int Value = 60, Sentence = 300;

    /// <summary>A value or a name from a file: its beginning, without control characters.</summary>
    public static string Of(string text) => Of(text, Value);

    /// <summary>What another library said of a fault; some of them quote the whole of what they could not read.</summary>
    public static string Of(Exception fault) => Of(fault.Message, Sentence);

    private static string Of(string text, int most)
    {
        int length = text.Length <= most ? text.Length : char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        string shown = string.Create(length, text, static (span, text) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = char.IsControl(text[i]) ? '?' : text[i];
        });
        return length < text.Length ? shown + "…" : shown;
    }
}
