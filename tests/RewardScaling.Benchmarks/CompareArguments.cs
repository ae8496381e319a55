using RewardScaling.TorchSharp;

namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>compare</c> asks for.</summary>
internal sealed record CompareArguments
{
    public const string Help = """
        compare [options]: engines of this library, and another program if one is named, in turn on the same workloads
          --engines NAMES      cpu, torch (libtorch by TorchSharp) or both, separated by a comma; the first is set against
                               each of the others (default cpu,torch)
          --device NAME        where torch computes: cpu, cuda or cuda:N (default cpu)
          --precision NAME     what torch computes in: float32 or bfloat16 (default float32)
          --peer FILE          a script with the same workloads in PyTorch, as compare_peer.py here
          --python FILE        the interpreter that runs it (default python3)
          --shape NAME         small, medium or large (default small)
          --threads N          threads of all (default: all cores)
          --alternations N     turns of all (default 5)
          --seconds S          seconds of each workload in each turn (default 2)
          --only NAMES         workloads, separated by commas
          --record FILE        adds the turns to a file; the table is then of all turns in it of the same kind
        """;

    public IReadOnlyList<string> Engines { get; private init; } = ["cpu", "torch"];

    public string Device { get; private init; } = "cpu";

    public TorchPrecision Precision { get; private init; }

    public string? Peer { get; private init; }

    public string Python { get; private init; } = "python3";

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
            "--engines" => parsed with { Engines = EngineNames(value) },
            "--device" => parsed with { Device = value },
            "--precision" => parsed with { Precision = PrecisionOf(value) },
            "--peer" => parsed with { Peer = OptionReader.ExistingFile(option, value) },
            "--python" => parsed with { Python = value },
            "--shape" => parsed with { Shape = WorkloadShape.Of(option, value) },
            "--threads" => parsed with { Threads = OptionReader.Count(option, value) },
            "--alternations" => parsed with { Alternations = OptionReader.Count(option, value) },
            "--seconds" => parsed with { Seconds = OptionReader.Seconds(option, value) },
            "--record" => parsed with { Record = value },
            "--only" => parsed with { Only = value.Split(',') },
            _ => null,
        });

    private static string[] EngineNames(string value)
    {
        string[] names = value.Split(',');
        return names.All(static name => name is "cpu" or "torch") && names.Distinct().Count() == names.Length ? names
            : throw new ArgumentException($"--engines {value} must be cpu, torch, or both with a comma between them.");
    }

    private static TorchPrecision PrecisionOf(string value) => value switch
    {
        "float32" => TorchPrecision.Float32,
        "bfloat16" => TorchPrecision.BFloat16,
        _ => throw new ArgumentException($"--precision {value} must be float32 or bfloat16."),
    };
}
