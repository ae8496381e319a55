using System.CommandLine;
using RewardScaling.Tool;

namespace RewardScaling.Conventions.Tests;

/// <summary>Commands in documents are commands: the program reads them, and the files and projects they name are there.</summary>
public sealed class DocumentCommandTests
{
    private static readonly string[] Verbs = ["add", "build", "interactive", "new", "nuget", "pack", "publish", "run", "test", "tool"];

    private static Command Root => CommandLine.Create(new(TextWriter.Null, TextWriter.Null));

    [Theory]
    [MemberData(nameof(DocumentTests.Documents), MemberType = typeof(DocumentTests))]
    public void Commands_of_a_document_are_read(string path) => Repository.AssertNone(
        from command in DocumentCommands.Of(path)
        from fault in Faults(command.Words)
        select $"{path}:{command.Line}: {string.Join(' ', command.Words)}: {fault}",
        "A command in a document is one that the program takes.");

    [Fact]
    public void Commands_are_found_and_wrong_ones_refused()
    {
        Assert.True(DocumentCode.Paths.Sum(static path => DocumentCommands.Of(path).Count()) > 20);
        Assert.Equal(["dotnet", "run", "--project", "src/A B", "--", "study", "--seed", "1"], DocumentCommands.Words("dotnet run --project \"src/A B\" -- study .. [--seed N] > file"));
        Assert.Empty(Faults(DocumentCommands.Words("rewardscaling plan quick --seed 7 > mine.json")));
        Assert.Empty(Faults(DocumentCommands.Words("analyse FILE --axis log")));
        Assert.Empty(Faults(DocumentCommands.Words("dotnet run -c Release samples/own-scores.cs")));
        Assert.Empty(Faults(DocumentCommands.Words("rewardscaling analyse")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("rewardscaling analyze")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("rewardscaling study --sed 7")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("rewardscaling study --seed seven")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("dotnet run -c Release --project src/RewardScaling.Tool -- analyze train.jsonl")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("dotnet run --project samples/Nowhere -- --out x")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("dotnet run -c Release --project tests/RewardScaling.Benchmarks -- laws-check --seds 1")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("dotnet run samples/own-score.cs")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("dotnet tests")));
        Assert.NotEmpty(Faults(DocumentCommands.Words("bash .ci/walk")));
    }

    private static IEnumerable<string> Faults(string[] words) => words switch
    {
        // Named and not typed: what it takes is not said.
        ["rewardscaling", var name] when name[0] != '-' => Root.Subcommands.Any(command => command.Name == name) ? [] : [$"there is no command {name}"],
        ["rewardscaling", .. var rest] => Read(rest),
        ["bash" or "jupyter", .., var file] => There(file),
        ["dotnet", var verb, ..] when !Verbs.Contains(verb) => [$"dotnet has no command {verb}"],
        ["dotnet", "run", .. var rest] => Run(rest),
        ["dotnet", "test", var project, ..] when project[0] != '-' => There(project),
        ["dotnet", ..] => [],
        _ => Read(words),
    };

    private static IEnumerable<string> Run(string[] words)
    {
        int end = Array.IndexOf(words, "--"), named = Array.IndexOf(words, "--project");
        string[] arguments = end < 0 ? [] : words[(end + 1)..];
        if (named < 0) return words.LastOrDefault(static word => word.EndsWith(".cs", StringComparison.Ordinal)) is { } file && file != "FILE.cs" ? There(file) : [];
        string project = words[named + 1].TrimEnd('/');
        return [.. There(project), .. project switch
        {
            "src/RewardScaling.Tool" => Read(arguments),
            "samples/TorchStudy" => Read(["study", .. arguments]),
            _ => Known(project, arguments),
        }];
    }

    private static IEnumerable<string> Read(string[] words) => Root.Parse(words).Errors.Select(static fault => fault.Message);

    // Programs that are not referenced here: the command and each option stand in their sources.
    private static IEnumerable<string> Known(string project, string[] arguments)
    {
        string sources = string.Concat(Repository.Sources(project).Select(static file => file.Text));
        return arguments.Where((word, i) => word.StartsWith("--", StringComparison.Ordinal) || (i == 0 && project.EndsWith("Benchmarks", StringComparison.Ordinal)))
            .Where(word => !sources.Contains($"\"{word}\"", StringComparison.Ordinal)).Select(word => $"{project} knows no {word}");
    }

    private static IEnumerable<string> There(string path) =>
        Path.Exists(Path.Combine(Repository.Root, path)) || !path.Any(char.IsLower) ? [] : [$"there is no {path}"];
}
