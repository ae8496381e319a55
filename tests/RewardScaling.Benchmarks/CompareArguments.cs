namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>compare</c> asks for.</summary>
internal sealed record CompareArguments
{
    public const string Help = """
        compare [options]: this engine and PyTorch, alternating, on the same workloads
          --peer FILE          the PyTorch script; without it only this engine runs
          --python FILE        the interpreter with PyTorch (default python3)
          --engine NAME        cpu, or torch for libtorch by TorchSharp (default cpu)
          --device NAME        where torch computes: cpu, cuda or cuda:N (default cpu)
          --shape NAME         small or medium (default small)
          --threads N          threads of both (default: all cores)
          --alternations N     turns of both (default 5)
          --seconds S          seconds of each workload in each turn (default 2)
          --only NAMES         workloads, separated by commas
          --record FILE        adds the turns to a file; the table is then of all turns in it with the same shape and threads
        """;

    public string? Peer { get; private init; }

    public string Python { get; private init; } = "python3";

    public string Engine { get; private init; } = "cpu";

    public string Device { get; private init; } = "cpu";

    public WorkloadShape Shape { get; private init; } = WorkloadShape.Small;

    public int Threads { get; private init; } = Environment.ProcessorCount;

    public int Alternations { get; private init; } = 5;

    public double Seconds { get; private init; } = 2;

    public IReadOnlyList<string> Only { get; private init; } = [];

    public string? Record { get; private init; }

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static CompareArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new CompareArguments(), Help, static (parsed, option, value) => option switch
        {
            "--peer" => parsed with { Peer = OptionReader.ExistingFile(option, value) },
            "--engine" => parsed with
            {
                Engine = value is "cpu" or "torch" ? value : throw new ArgumentException($"--engine {value} must be cpu or torch."),
            },
            "--device" => parsed with { Device = value },
            "--python" => parsed with { Python = value },
            "--shape" => parsed with { Shape = WorkloadShape.Of(option, value) },
            "--threads" => parsed with { Threads = OptionReader.Count(option, value) },
            "--alternations" => parsed with { Alternations = OptionReader.Count(option, value) },
            "--seconds" => parsed with { Seconds = OptionReader.Seconds(option, value) },
            "--record" => parsed with { Record = value },
            "--only" => parsed with { Only = value.Split(',') },
            _ => null,
        });
}
