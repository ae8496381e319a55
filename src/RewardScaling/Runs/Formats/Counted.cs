using static System.FormattableString;

namespace RewardScaling.Runs.Formats;

/// <summary>Counts in words.</summary>
internal static class Counted
{
    public static string Lines(int count) => count == 1 ? "1 line" : Invariant($"{count} lines");

    public static string Of(int count, string one, string several) => count == 1 ? $"1 {one}" : Invariant($"{count} {several}");
}
