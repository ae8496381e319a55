using System.CommandLine;

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
    private static readonly Option<int> SeedsOption = new("--seeds")
    {
        Description = "How many runs each penalty gets; at least 3, for intervals.",
        DefaultValueFactory = static _ => 5,
        HelpName = "N",
    };
    private static readonly Option<int> ThreadsOption = new("--threads")
    {
        Description = "How many threads to work with; the result does not depend on it.",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    /// <summary>The command and its options.</summary>
    public static RootCommand Command()
    {
        RequireAtLeast(SeedsOption, 3);
        RequireAtLeast(ThreadsOption, 1);
        var command = new RootCommand("PPO under several KL penalties: how fast KL grows, and whether a penalty leaves the frontier.")
        {
            OutOption, SeedsOption, ThreadsOption,
        };
        return command;
    }

    /// <summary>Reads them.</summary>
    public static PenaltyArguments Read(ParseResult parsed) =>
        new(parsed.GetValue(OutOption)!, parsed.GetValue(SeedsOption), parsed.GetValue(ThreadsOption));

    private static void RequireAtLeast(Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < least)
            result.AddError($"{option.Name} {value} must be at least {least}.");
    });
}
