using System.CommandLine;
using RewardScaling.Tool;

namespace RewardScaling.Samples.Penalty;

/// <summary>What the command line may say.</summary>
internal sealed record PenaltyArguments(string Out, int Seeds, int Threads)
{
    private static readonly Option<string> OutOption = ToolOption.Of("--out", "DIR",
        "Where the plots are written.", Path.Combine("runs", "penalty"));
    private static readonly Option<int> SeedsOption = ToolOption.Of("--seeds", "N",
        "How many runs each penalty gets; at least 3, for intervals.", 5).AtLeast(3);
    private static readonly Option<int> ThreadsOption = ToolOption.Of("--threads", "N",
        "How many threads to work with; the result does not depend on it.", Environment.ProcessorCount).AtLeast(1);

    /// <summary>The command and its options.</summary>
    public static RootCommand Command()
    {
        var command = new RootCommand("PPO under several KL penalties: how fast KL grows, and whether a penalty leaves the frontier.")
        {
            OutOption, SeedsOption, ThreadsOption,
        };
        return command;
    }

    /// <summary>Reads them.</summary>
    public static PenaltyArguments Read(ParseResult parsed) =>
        new(parsed.GetValue(OutOption)!, parsed.GetValue(SeedsOption), parsed.GetValue(ThreadsOption));
}
