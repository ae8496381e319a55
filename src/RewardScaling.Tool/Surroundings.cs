using RewardScaling.Cpu;
using RewardScaling.Models;

namespace RewardScaling.Tool;

/// <summary>What a command is given besides its arguments: where it writes and what it computes with.</summary>
/// <param name="Output">Where progress and findings go.</param>
/// <param name="Error">Where faults go.</param>
internal sealed record Surroundings(TextWriter Output, TextWriter Error)
{
    /// <summary>Whether progress renews one line, as on a terminal, instead of adding lines.</summary>
    public bool Live { get; init; }

    /// <summary>What time is told by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The engine for a device and a number of threads.</summary>
    public Func<string, int, IEngine> Engine { get; init; } = Managed;

    /// <summary>What starts this program, word by word.</summary>
    public IReadOnlyList<string> Program { get; init; } = Self();

    private static string[] Self()
    {
        string host = Environment.ProcessPath ?? CommandLine.Name;
        return Path.GetFileNameWithoutExtension(host) != "dotnet" ? [host]
            : [host, Path.GetFullPath(Environment.GetCommandLineArgs()[0])];
    }

    private static CpuEngine Managed(string device, int threads) => device == "cpu" ? new(threads)
        : throw new ArgumentException($"--device {device} needs libtorch, which samples/TorchStudy brings; this program computes on cpu.");
}
