namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>simulate</c> asks for.</summary>
internal sealed record SimulateArguments
{
    public const string Help = """
        simulate WHAT [options]: how often statements about simulated curves hold; WHAT is
          lack-of-fit          how often a law is rejected that holds, and one that does not
          peak                 how often the measured peak's place, height and fall are right
          intervals            how often intervals of few points, and of models not yet trained, hold the truth
          bootstrap            how often intervals by prompts or seeds drawn again hold the truth
          advice               how often advice says what the truth contradicts, and what following it costs; N curves in all
          options:
          --sets N             simulated sets a case (default 1000)
          --threads N          threads (default 1)
        """;

    public string What { get; private init; } = "";

    public int Sets { get; private init; } = 1000;

    public int Threads { get; private init; } = 1;

    /// <summary>Reads what to simulate and options.</summary>
    /// <exception cref="ArgumentException">Nothing to simulate, an option that does not exist, or a value that does not fit it.</exception>
    public static SimulateArguments Parse(ReadOnlySpan<string> arguments)
    {
        if (arguments.IsEmpty) throw new ArgumentException(Help);
        return OptionReader.Read(arguments[1..], new SimulateArguments { What = arguments[0] }, Help, static (parsed, option, value) => option switch
        {
            "--sets" => parsed with { Sets = OptionReader.Count(option, value, 10) },
            "--threads" => parsed with { Threads = OptionReader.Count(option, value) },
            _ => null,
        });
    }
}
