using System.CommandLine;
using System.Text.Json;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary><c>status</c>: says how far the study of a folder has come, whoever runs it.</summary>
internal static class StatusCommand
{
    private static readonly Argument<string> s_folder = new("FOLDER") { Description = "The run folder." };
    private static readonly Option<bool> s_json = ToolOption.Flag("--json", "Prints one object of JSON.");

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new ToolCommand("status",
        "Says how far the study of a folder has come: which cells are whole, running, failed and why. It reads the folder alone.",
        ("status runs/quick-1", "A line for each level, then what is running, stopped and failed."),
        ("status runs/quick-1 --json", "The same for programs."),
        ("status /shared/runs/paper-1", "Of a study that other machines are at."))
    { s_folder, s_json }.Running(static parsed => parsed, (parsed, _) =>
    {
        string folder = parsed.GetValue(s_folder)!;
        var line = StatusLine.Of(StudyStatus.Read(folder), folder);
        if (parsed.GetValue(s_json)) surroundings.Output.WriteLine(JsonSerializer.Serialize(line, ToolJson.Lines.StatusLine));
        else line.Print(surroundings.Output);
        return Task.FromResult(0);
    }, error: surroundings.Error);
}
