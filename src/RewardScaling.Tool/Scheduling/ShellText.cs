using System.Text.RegularExpressions;

namespace RewardScaling.Tool.Scheduling;

/// <summary>Words as a shell reads them.</summary>
internal static partial class ShellText
{
    /// <summary>A word that the shell takes as it is.</summary>
    public static string Quote(string word) => Plain.IsMatch(word) ? word
        : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>A text as a name of a job: small letters, digits and dashes, which every scheduler takes.</summary>
    public static string Name(string text) =>
        Other.Replace(text.ToLowerInvariant(), "-").Trim('-') is { Length: > 0 } name ? name : "study";

    [GeneratedRegex(@"\A[A-Za-z0-9_./:=,@%+-]+\z")]
    private static partial Regex Plain { get; }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Other { get; }
}
