namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>price</c> asks for.</summary>
internal sealed record PriceArguments
{
    public const string Help = """
        price [options]: a whole study that ran here, at the rates that another had in a record of compare, shape small
          --study FILE         its study.json
          --record FILE        the record of compare
          --rival NAME         whose rates: torch, peer or cpu (default torch)
          --threads N          the threads of the study; rates of as many are taken (default: all cores)
        """;

    public string Study { get; private init; } = "";

    public string Record { get; private init; } = "";

    public string Rival { get; private init; } = "torch";

    public int Threads { get; private init; } = Environment.ProcessorCount;

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static PriceArguments Parse(ReadOnlySpan<string> arguments)
    {
        var parsed = OptionReader.Read(arguments, new PriceArguments(), Help, static (parsed, option, value) => option switch
        {
            "--study" => parsed with { Study = OptionReader.ExistingFile(option, value) },
            "--record" => parsed with { Record = OptionReader.ExistingFile(option, value) },
            "--rival" => parsed with { Rival = value },
            "--threads" => parsed with { Threads = OptionReader.Count(option, value) },
            _ => null,
        });
        return parsed.Study.Length > 0 && parsed.Record.Length > 0 ? parsed
            : throw new ArgumentException($"price needs --study and --record.\n{Help}");
    }
}
