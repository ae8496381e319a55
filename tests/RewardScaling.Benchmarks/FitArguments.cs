namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>fits</c> asks for.</summary>
internal sealed record FitArguments
{
    public const string Help = """
        fits [options]: bootstrap refits and the unbiased estimator, here and in scipy and numpy, on the same data, one thread
          --peer FILE          fits_peer.py; without it only this library runs
          --python FILE        the interpreter with numpy and scipy (default python3)
          --refits N           refits of a 20-point curve (default 10000)
          --samples N          samples of the estimator's prompt (default 60000)
          --alternations N     turns of both (default 3)
          --exact yes|no       also check the estimator against big integers, which takes minutes (default no)
        """;

    public string? Peer { get; private init; }

    public string Python { get; private init; } = "python3";

    public int Refits { get; private init; } = 10_000;

    public int Samples { get; private init; } = 60_000;

    public int Alternations { get; private init; } = 3;

    public bool Exact { get; private init; }

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static FitArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new FitArguments(), Help, static (parsed, option, value) => option switch
        {
            "--peer" => parsed with { Peer = OptionReader.ExistingFile(option, value) },
            "--python" => parsed with { Python = value },
            "--refits" => parsed with { Refits = OptionReader.Count(option, value, 100) },
            "--samples" => parsed with { Samples = OptionReader.Count(option, value, 2) },
            "--alternations" => parsed with { Alternations = OptionReader.Count(option, value, 1) },
            "--exact" => parsed with { Exact = value == "yes" || (value == "no" ? false : throw new ArgumentException($"--exact {value} must be yes or no.")) },
            _ => null,
        });
}
