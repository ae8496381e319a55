using System.Globalization;

namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>laws-check</c> asks for.</summary>
internal sealed record LawsCheckArguments
{
    public const string Help = """
        laws-check [options]: the laws' peaks beside the measured ones in studies of the quick plan, and how many curves each law describes
          --seeds A,B,..       the studies' seeds (default 0,1,2,3,4,5)
          --runs PREFIX        their folders are PREFIX and the seed; finished ones are read, others run (default runs/quick-)
          --threads N          threads (default 1)
        """;

    public IReadOnlyList<ulong> Seeds { get; private init; } = [0, 1, 2, 3, 4, 5];

    public string Runs { get; private init; } = "runs/quick-";

    public int Threads { get; private init; } = 1;

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static LawsCheckArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new LawsCheckArguments(), Help, static (parsed, option, value) => option switch
        {
            "--seeds" => parsed with { Seeds = [.. value.Split(',').Select(seed => Seed(option, seed))] },
            "--runs" => parsed with { Runs = value },
            "--threads" => parsed with { Threads = OptionReader.Count(option, value) },
            _ => null,
        });

    private static ulong Seed(string option, string value) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed
            : throw new ArgumentException($"{option} {value} must be whole numbers with commas between them.");
}
