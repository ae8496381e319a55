using System.CommandLine;
using RewardScaling.Tool;

namespace RewardScaling.Samples.Penalty;

/// <summary>What the command line may say.</summary>
internal sealed record PenaltyArguments(string Out, int Seeds, int Threads)
{
    private static readonly Option<string> OutOption = new("--out")
    {
        Description = "Where the plots are written.",
        DefaultValueFactory = static _ => Path.Combine("runs", "penalty"),
        HelpName = "DIR",
    };
    private static readonly Option<int> SeedsOption = new Option<int>("--seeds")
    {
        Description = "How many runs each penalty gets; at least 3, for intervals.",
        DefaultValueFactory = static _ => 5,
        HelpName = "N",
    }.AtLeast(3);
    private static readonly Option<int> ThreadsOption = new Option<int>("--threads")
    {
        Description = "How many threads to work with; the result does not depend on it.",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
        HelpName = "N",
    }.AtLeast(1);

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
