using System.Globalization;

namespace RewardScaling.Runs.Formats;

/// <summary>The count that stands before a dictionary: "Global step 7: ", "rollout 7: ", "[step=7] ", "Epoch 3 | ".</summary>
internal static class StepPrefix
{
    private static readonly string[] s_counts = ["step", "steps", "iteration", "iter", "epoch", "episode", "rollout", "round"];

    /// <summary>Reads what a text ends with.</summary>
    /// <param name="before">What stands before the dictionary.</param>
    /// <param name="column">The word, in small letters.</param>
    /// <param name="value">The number behind it.</param>
    public static bool TryRead(ReadOnlySpan<char> before, out string column, out double value)
    {
        (column, value) = ("", 0);
        before = before.TrimEnd(" \t:|-]>)");
        int digits = before.LastIndexOfAnyExceptInRange('0', '9') + 1;
        if (digits == before.Length || digits == 0 || before.Length - digits > 15) return false;
        ReadOnlySpan<char> number = before[digits..];
        // "7/100"
        if (before[digits - 1] == '/')
        {
            before = before[..(digits - 1)];
            digits = before.LastIndexOfAnyExceptInRange('0', '9') + 1;
            if (digits == before.Length || digits == 0) return false;
            number = before[digits..];
        }
        before = before[..digits].TrimEnd(" \t:=#");
        int letter = before.Length;
        while (letter > 0 && char.IsAsciiLetter(before[letter - 1])) letter--;
        foreach (string count in s_counts)
            if (before[letter..].Equals(count, StringComparison.OrdinalIgnoreCase))
            {
                column = count == "steps" ? "step" : count;
                return double.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out value);
            }
        return false;
    }
}
