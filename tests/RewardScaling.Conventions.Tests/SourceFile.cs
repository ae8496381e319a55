using System.Text.RegularExpressions;

namespace RewardScaling.Conventions.Tests;

/// <summary>A C# file: its path from the root of the checkout, with forward slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly Regex Declaration = new(
        @"^(?<access>public |internal |file )?(?:(?:static|sealed|abstract|readonly|ref|unsafe|partial) )*" +
        @"(?:class|struct|interface|enum|record struct|record class|record|delegate [^(]+?) ?\b(?<name>\w+)(?=[\s<({:;]|$)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture);

    /// <summary>The lines of the text.</summary>
    public string[] Lines => Text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    /// <summary>The types declared at the left margin, which is where a file-scoped namespace puts them.</summary>
    public IReadOnlyList<(string Name, bool IsPublic)> Types =>
        [.. Declaration.Matches(Text).Select(static match => (match.Groups["name"].Value, match.Groups["access"].Value == "public "))];

    /// <summary>The text without comments, roughly: what stands after // or in a line of /* */ is dropped.</summary>
    public string Code => Regex.Replace(Text, @"(?m)//.*$|/\*[\s\S]*?\*/", "");
}
