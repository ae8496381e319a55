using System.Text.RegularExpressions;

namespace RewardScaling.Conventions.Tests;

/// <summary>What README.md, the documents and the samples say is there, is there.</summary>
public sealed partial class DocumentTests
{
    private const int LongestSample = 60;

    // It may name what is gone.
    private const string History = "docs/changelog.md";

    /// <summary>Every document, by its path from the root.</summary>
    public static TheoryData<string> Documents => [.. DocumentCode.Paths];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string path) => Repository.AssertNone(
        from link in Link().Matches(DocumentCode.WithoutCode(path))
        let target = link.Groups[1].Value
        where !target.Contains("://", StringComparison.Ordinal) && !Leads(path, target)
        select $"{path}: {target}",
        "A link leads to a file of the repository, and behind # to one of its headings.");

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_name_what_is_there(string path) => Repository.AssertNone(
        path == History ? [] :
        from command in Named().Matches(File.ReadAllText(Path.Combine(Repository.Root, path)))
        let target = command.Value.Trim('`').TrimEnd('/')
        where !Path.Exists(Path.Combine(Repository.Root, target)) && !Path.Exists(Path.Combine(Repository.Root, target + ".cs"))
        select $"{path}: {target}",
        "What a document names of the sources, tests and samples exists.");

    [Fact]
    public void Pictures_of_the_readme_are_there_for_package_sites() => Repository.AssertNone(
        from link in Link().Matches(DocumentCode.WithoutCode("README.md"))
        let path = Path.Combine(Repository.Root, link.Groups[1].Value)
        where path.EndsWith(".svg", StringComparison.Ordinal) && !File.Exists(Path.ChangeExtension(path, ".png"))
        select link.Groups[1].Value,
        "Package sites show no SVG: a picture of the readme is there as PNG too (src/Directory.Build.targets).");

    [Fact]
    public void Every_document_is_reached_from_the_readme()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { "README.md" };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out string? path))
        {
            foreach (Match link in Link().Matches(DocumentCode.WithoutCode(path)))
            {
                string target = link.Groups[1].Value.Split('#')[0];
                string there = Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, target))).Replace('\\', '/');
                if (there.EndsWith(".md", StringComparison.Ordinal) && DocumentCode.Paths.Contains(there) && reached.Add(there)) open.Enqueue(there);
            }
        }
        Assert.Equal(DocumentCode.Paths.Order(StringComparer.Ordinal), reached.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_sample_is_short_and_says_what_it_prints() => Repository.AssertNone(
        from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.cs")
        let lines = File.ReadAllLines(path)
        where lines.Length > LongestSample || !lines.Any(static line => line.StartsWith("// Prints: ", StringComparison.Ordinal))
        select $"{Path.GetFileName(path)}: {lines.Length} lines",
        $"A sample of one file has at most {LongestSample} lines and names patterns of its output in lines '// Prints: ', which .ci/run looks for.");

    private static bool Leads(string from, string target)
    {
        string[] parts = target.Split('#', 2);
        string path = parts[0].Length == 0 ? Path.Combine(Repository.Root, from)
            : Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(from)!, parts[0]));
        if (!Path.Exists(path)) return false;
        return parts.Length == 1 || File.ReadLines(path).Any(line => line.StartsWith('#') && Anchor(line) == parts[1]);
    }

    // As the forges make it: lower case, no punctuation, hyphens for spaces.
    private static string Anchor(string heading) =>
        NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w./-])(?:src/RewardScaling|tests/RewardScaling|samples/)[A-Za-z0-9_./-]*[A-Za-z0-9]")]
    private static partial Regex Named();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchors();
}
