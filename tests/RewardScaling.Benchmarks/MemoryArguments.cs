namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>memory</c> asks for.</summary>
internal sealed record MemoryArguments
{
    public const string Help = """
        memory [options]: peak memory of each workload of compare, in a process of its own, beside the bound of docs/performance.md
          --shape NAME         small or medium (default small)
          --threads N          threads (default: all cores)
          --workload NAME      runs this one, here, and prints the peak of the process in bytes; none for the networks alone
        """;

    public WorkloadShape Shape { get; private init; } = WorkloadShape.Small;

    public int Threads { get; private init; } = Environment.ProcessorCount;

    public string? Workload { get; private init; }

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static MemoryArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new MemoryArguments(), Help, static (parsed, option, value) => option switch
        {
            "--shape" => parsed with { Shape = WorkloadShape.Of(option, value) },
            "--threads" => parsed with { Threads = OptionReader.Count(option, value) },
            "--workload" => parsed with { Workload = value },
            _ => null,
        });
}
