using System.Text.RegularExpressions;

namespace RewardScaling.Conventions.Tests;

/// <summary>The commands that documents tell people to type: indented lines, and code in sentences.</summary>
internal static partial class DocumentCommands
{
    /// <summary>The commands of a document, with their lines, cut into words as a shell would.</summary>
    public static IEnumerable<(int Line, string[] Words)> Of(string path)
    {
        int number = 0;
        bool isFenced = false;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, path)))
        {
            number++;
            if (line.StartsWith("```", StringComparison.Ordinal)) isFenced = !isFenced;
            if (Typed().Match(line) is { Success: true } typed) yield return (number, Words(typed.Groups[1].Value));
            else if (!isFenced)
                foreach (Match quoted in Quoted().Matches(line)) yield return (number, Words(quoted.Groups[1].Value));
        }
    }

    /// <summary>The words of a command up to a pipe, without the marks of what may be left out; a placeholder of a number is one.</summary>
    public static string[] Words(string command) =>
    [
        .. Word().Matches(command).Select(static word => word.Groups[1].Success ? word.Groups[1].Value : word.Value)
            .TakeWhile(static word => word is not (">" or "|" or "&&" or "&" or "#"))
            .Select(static word => word.Trim('[', ']')).Where(static word => word is not ("" or ".." or "..." or "\\"))
            .Select(static word => word == "N" ? "1" : word),
    ];

    [GeneratedRegex(@"^ {4}((?:rewardscaling|dotnet|bash|jupyter) .*)$")]
    private static partial Regex Typed();

    [GeneratedRegex(@"`((?:rewardscaling|dotnet|bash|jupyter|study|analyse|plan|submit|status) [^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"""([^""]*)""|\S+")]
    private static partial Regex Word();
}
