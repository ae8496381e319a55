using System.CommandLine;
using System.CommandLine.Help;
using RewardScaling.Tool.Analysis;
using RewardScaling.Tool.Scheduling;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tool;

/// <summary>The command <c>rewardscaling</c>: one class for each of its commands.</summary>
internal static class CommandLine
{
    /// <summary>What is typed to start the program.</summary>
    public const string Name = "rewardscaling";

    // A command joins by its class and a line here.
    private static readonly Func<Surroundings, Command>[] s_commands =
    [
        StudyCommand.Create,
        AnalyseCommand.Create,
        PlanCommand.Create,
        SubmitCommand.Create,
        StatusCommand.Create,
    ];

    /// <summary>Runs what the command line asks for.</summary>
    /// <returns>0 done, 2 bad input, 130 stopped by Ctrl-C; a fault of the program is thrown.</returns>
    public static Task<int> RunAsync(string[] args, Surroundings surroundings) =>
        CommandRun.RunAsync(Create(surroundings), args, surroundings.Output, surroundings.Error);

    /// <summary>The command with all of its commands.</summary>
    public static Command Create(Surroundings surroundings)
    {
        // Not a RootCommand: that takes its name from the file it runs from, which is not what people type.
        var help = new HelpOption();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        var root = new ToolCommand(Name, "Reward-model overoptimization: how far a reward model may be trusted.",
            ("study", "Runs a small study in a minute or two and writes runs/quick-1/report.html."),
            ("analyse train.jsonl", "Reads a training log, fits the laws and writes report.html."),
            ("plan > mine.json", "Prints a plan to be changed and run by study --plan mine.json."),
            ("submit --slurm --plan paper", "Gives a study to a cluster; status says how far it is."),
            ("study --help", "Lists the options of a command."))
        { help, new VersionOption() };
        foreach (var create in s_commands) root.Add(create(surroundings));
        return root;
    }
}
