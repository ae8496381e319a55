using System.CommandLine;

namespace RewardScaling.Samples.OwnNetwork;

/// <summary>What the command line may say.</summary>
internal sealed record OwnNetworkArguments(string Device, int Threads, ulong Seed)
{
    /// <summary>The exit code that says that libtorch cannot be used here: nothing failed and nothing ran.</summary>
    public const int NotHere = 77;

    private static readonly Option<string> DeviceOption = new("--device")
    {
        Description = "Where libtorch computes: cpu, cuda or cuda:N.",
        DefaultValueFactory = static _ => "cpu",
        HelpName = "DEVICE",
    };
    private static readonly Option<int> ThreadsOption = new("--threads")
    {
        Description = "How many threads to work with.",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
        HelpName = "N",
    };
    private static readonly Option<ulong> SeedOption = new("--seed")
    {
        Description = "Every random number follows from it.",
        DefaultValueFactory = static _ => 1,
        HelpName = "N",
    };

    /// <summary>The command and its options.</summary>
    public static RootCommand Command()
    {
        var command = new RootCommand("A recurrent policy and a recurrent reward model of your own: pre-training, a proxy, best-of-n, PPO.")
        {
            DeviceOption, ThreadsOption, SeedOption,
        };
        return command;
    }

    /// <summary>Reads them.</summary>
    public static OwnNetworkArguments Read(ParseResult parsed) =>
        new(parsed.GetValue(DeviceOption)!, parsed.GetValue(ThreadsOption), parsed.GetValue(SeedOption));
}
