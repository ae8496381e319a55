using System.CommandLine;
using RewardScaling.Runs;

namespace RewardScaling.Tool;

/// <summary>How much may be read of a file, as every command says it that reads other people's.</summary>
internal static class ReadingOption
{
    /// <summary>The option for a command.</summary>
    public static Option<long> Create() => ToolOption.Of("--max-mb", "MB",
        "The most megabytes (MiB) that are read of a file, unpacked where it is packed.", new RunReadOptions().MaxBytes >> 20);

    /// <summary>What it says.</summary>
    public static RunReadOptions Read(long megabytes) => new() { MaxBytes = Math.Clamp(megabytes, 0, long.MaxValue >> 20) << 20 };
}
