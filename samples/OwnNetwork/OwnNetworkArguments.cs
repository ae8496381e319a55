using System.CommandLine;
using RewardScaling.Tool;

namespace RewardScaling.Samples.OwnNetwork;

/// <summary>What the command line may say.</summary>
internal sealed record OwnNetworkArguments(string Device, int Threads, ulong Seed)
{
    /// <summary>The exit code that says that libtorch cannot be used here: nothing failed and nothing ran.</summary>
    public const int NotHere = 77;

    private static readonly Option<string> DeviceOption = ToolOption.Of("--device", "DEVICE",
        "Where libtorch computes: cpu, cuda or cuda:N.", "cpu");
    private static readonly Option<int> ThreadsOption = ToolOption.Of("--threads", "N",
        "How many threads to work with.", Environment.ProcessorCount);
    private static readonly Option<ulong> SeedOption = ToolOption.Of<ulong>("--seed", "N",
        "Every random number follows from it.", 1);

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
