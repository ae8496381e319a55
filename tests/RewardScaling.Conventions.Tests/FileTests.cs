using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RewardScaling.Conventions.Tests;

/// <summary>What lies in the repository, and how it is written.</summary>
public sealed class FileTests
{
    private const int MaxLines = 600, MaxLength = 130;

    private static readonly string[] TopLevel =
        [".ci", ".editorconfig", ".gitignore", "Directory.Build.props", "LICENSE", "README.md", "RewardScaling.sln", "docs", "samples", "src", "tests"];

    // What the library may not do, and why. Programs may write to the console.
    private static readonly (string Pattern, string Reason)[] Banned =
    [
        (@"\bRandom\.Shared\b|\bnew Random\b|\bRandomNumberGenerator\b|\bGuid\.NewGuid\b", "randomness is an argument: a RandomStream"),
        (@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b|\bEnvironment\.TickCount|\bStopwatch\b", "time is an argument: a TimeProvider"),
        (@"\bConsole\.", "a library reports by IProgress and ILogger"),
        (@"\bThread\.Sleep\b|\basync void\b|\bEnvironment\.Exit\b|\bGC\.Collect\b", "a library leaves the process to its host"),
        (@"\bNotImplementedException\b", "there are no stubs"),
    ];

    [Fact]
    public void No_file_is_longer_than_600_lines() => Repository.AssertNone(
        Repository.Sources("src", "tests", "samples").Where(static file => file.Lines.Length > MaxLines)
            .Select(static file => $"{file.Path}: {file.Lines.Length} lines"),
        $"No file is longer than {MaxLines} lines; long before, ask whether it is two ideas.");

    [Fact]
    public void No_line_of_the_library_is_longer_than_130_characters() => Repository.AssertNone(
        from file in Repository.Sources("src", "samples")
        from line in file.Lines.Index()
        where line.Item.Length > MaxLength && !IsProse(line.Item, file.Lines.Take(line.Index))
        select $"{file.Path}:{line.Index + 1}: {line.Item.Length} characters",
        $"No line is longer than {MaxLength} characters, unless a text in quotes makes it so.");

    [Fact]
    public void The_library_does_nothing_behind_the_callers_back() => Repository.AssertNone(
        from file in Repository.Sources("src")
        from line in file.Lines.Index()
        let code = Regex.Replace(line.Item, "//.*$", "")
        from ban in Banned
        where Regex.IsMatch(code, ban.Pattern) && !(IsProgram(file) && ban.Reason.StartsWith("a library reports", StringComparison.Ordinal))
        select $"{file.Path}:{line.Index + 1}: {ban.Reason}",
        "Some calls are not for a library.");

    [Fact]
    public void Nothing_is_left_for_later() => Repository.AssertNone(
        from file in Repository.Sources("src", "samples", "tests")
        from line in file.Lines.Index()
        where Regex.IsMatch(line.Item, @"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b")
        select $"{file.Path}:{line.Index + 1}",
        "Open ends are issues, not comments.");

    [Fact]
    public void No_file_names_a_path_of_one_machine() => Repository.AssertNone(
        from path in Tracked()
        where Path.GetExtension(path) is not (".png" or ".safetensors" or ".csv")
        from line in File.ReadLines(Path.Combine(Repository.Root, path)).Index()
        where Regex.IsMatch(line.Item, @"(?<![\w.])(/wo" + @"rk/|/tm" + @"p/\w|/ho" + @"me/\w|/ro" + @"ot/|[A-Z]:\\Us" + @"ers)")
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}",
        "What is committed works on every machine.");

    [Fact]
    public void The_top_level_holds_what_it_should_and_nothing_else() =>
        Assert.Equal(TopLevel, Tracked().Select(static path => path.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));

    private static bool IsProgram(SourceFile file) => file.Path.StartsWith("src/RewardScaling.Tool/", StringComparison.Ordinal);

    // A sentence is not cut to fit: what counts is the line without its texts; and nothing in a raw text counts.
    private static bool IsProse(string line, IEnumerable<string> before) =>
        Regex.Replace(line, "\"[^\"]*\"", "\"\"").Length <= MaxLength || before.Count(static earlier => earlier.Contains("\"\"\"")) % 2 == 1;

    // The files git knows or would take: tracked, and new ones it does not ignore.
    private static string[] Tracked()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process git = Process.Start(start)!;
            string output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            Assert.SkipWhen(git.ExitCode != 0, "git does not know this folder, so what belongs to the repository cannot be told");
            return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(static path =>
                File.Exists(Path.Combine(Repository.Root, path)))];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("git is not installed, so what belongs to the repository cannot be told");
            return [];
        }
    }
}
