using System.Text.RegularExpressions;

namespace RewardScaling.HuggingFace;

/// <summary>Reads patterns: <c>{"String": ".."}</c> or <c>{"Regex": ".."}</c>.</summary>
internal static class PatternReader
{
    /// <summary>The pattern of a part.</summary>
    public static SplitPattern Read(JsonPart owner)
    {
        JsonPart part = owner.Part("pattern");
        if (part.Has("String")) return SplitPattern.Literal(part.Text("String"));
        try
        {
            return SplitPattern.Expression(part.Text("Regex"));
        }
        catch (Exception fault) when (fault is NotSupportedException or RegexParseException)
        {
            throw owner.Fault("pattern", $"cannot be used: {fault.Message}");
        }
    }
}
