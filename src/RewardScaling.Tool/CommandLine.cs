using System.CommandLine;
using RewardScaling.Tool.Analysis;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tool;

/// <summary>The command <c>rewardscaling</c>: one class for each of its commands.</summary>
internal static class CommandLine
{
    /// <summary>Runs what the command line asks for.</summary>
    /// <returns>0 done, 2 bad input, 130 stopped by Ctrl-C; a fault of the program is thrown.</returns>
    public static Task<int> RunAsync(string[] args, Surroundings surroundings)
    {
        var root = new RootCommand("Reward-model overoptimization: how far a reward model may be trusted.")
        {
            StudyCommand.Create(surroundings),
            AnalyseCommand.Create(surroundings),
        };
        return CommandRun.RunAsync(root, args, surroundings.Output, surroundings.Error);
    }
}
