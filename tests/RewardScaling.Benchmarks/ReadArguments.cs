namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>read</c> asks for.</summary>
internal sealed record ReadArguments
{
    public const string Help = """
        read [options]: rows per second and peak memory of reading 10^4, 10^5 and 10^6 rows of each format, in a process of its own
          --format NAME        jsonl, csv, console or events (default: all)
          --rows N             so many rows instead
          --file FILE          reads this file, here, and prints rows, seconds and the peak of the process in bytes
          --fuzz N             instead: N damaged inputs for each reader, and what came out that is not documented
        """;

    public string Format { get; private init; } = "";

    public int Rows { get; private init; }

    public string? File { get; private init; }

    public int Fuzz { get; private init; }

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static ReadArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new ReadArguments(), Help, static (parsed, option, value) => option switch
        {
            "--format" => parsed with { Format = ReadFiles.Formats.Contains(value) ? value : throw new ArgumentException($"--format {value} must be one of {string.Join(", ", ReadFiles.Formats)}.") },
            "--rows" => parsed with { Rows = OptionReader.Count(option, value) },
            "--file" => parsed with { File = OptionReader.ExistingFile(option, value) },
            "--fuzz" => parsed with { Fuzz = OptionReader.Count(option, value) },
            _ => null,
        });
}
