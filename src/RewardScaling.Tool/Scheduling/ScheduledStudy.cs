using RewardScaling.Tool.Studies;

namespace RewardScaling.Tool.Scheduling;

/// <summary>A study as a scheduler is given it.</summary>
/// <param name="Name">What its jobs are called: small letters, digits and dashes.</param>
/// <param name="Folder">The run folder, by its whole path; every machine sees it there.</param>
/// <param name="Command">What begins the program's <c>study</c>, as typed in a shell.</param>
/// <param name="Sources">The options that say what it works on.</param>
/// <param name="Device">Where it computes.</param>
/// <param name="Cpus">Processors of a task.</param>
/// <param name="AtOnce">How many tasks may run at once; null for no limit.</param>
/// <param name="Levels">What is left to be made.</param>
internal sealed record ScheduledStudy(
    string Name, string Folder, string Command, IReadOnlyList<string> Sources, string Device, int Cpus, int? AtOnce,
    IReadOnlyList<TaskLevel> Levels)
{
    // The program itself and what is not collected yet took 310 MB of a study whose cells hold 47 MB (docs/cluster.md).
    private const double MemoryBeside = 500e6, MemoryMargin = 2;

    /// <summary>The file of the plan, beside the scripts: whatever becomes of the one that was named, numbers mean the same
    /// cells.</summary>
    public const string PlanFile = "plan.json";

    /// <summary>The command line of a task, as typed in a shell.</summary>
    /// <param name="scripts">The folder of the scripts.</param>
    public string CommandLine(string scripts) => string.Join(' ',
    [
        Command, "--plan", ShellText.Quote(Path.Combine(scripts, PlanFile)), .. Sources.Select(ShellText.Quote),
        "--out", ShellText.Quote(Folder),
        .. Device == "cpu" ? Array.Empty<string>() : ["--device", ShellText.Quote(Device)], "--threads", FormattableString.Invariant($"{Cpus}"),
    ]);

    /// <summary>The tasks of a level, a line each.</summary>
    public static string Lines(TaskLevel level) =>
        string.Concat(level.Tasks.Select(static task => CellNumbers.Text(task.Cells) + "\n"));

    /// <summary>Megabytes a task of a level is given: twice the numbers of its largest cell, and the program.</summary>
    public static int Megabytes(TaskLevel level) => (int)(100 * Math.Ceiling((MemoryBeside + MemoryMargin * level.Memory) / 1e8));

    /// <summary>Megabytes for the report, which reads what the cells of the last levels found.</summary>
    public int Megabytes() => Levels.Max(Megabytes);

    /// <summary>A level in words.</summary>
    public static string Words(TaskLevel level, bool isTimed) => FormattableString.Invariant(
        $"level {level.Level}: {Count(level.Cells, "cell")} in {Count(level.Tasks.Count, "task")}")
        + (isTimed ? FormattableString.Invariant($", the longest priced at {level.Seconds:F0} s") : "");

    private static string Count(int number, string word) => FormattableString.Invariant($"{number} {word}{(number == 1 ? "" : "s")}");
}
