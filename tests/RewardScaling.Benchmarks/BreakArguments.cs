namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>break</c> asks for.</summary>
internal sealed record BreakArguments
{
    public const string Help = """
        break [WHAT] [options]: tries to break the library and prints what came of it as tables; WHAT is one of
          readers              mutated files for every reader: undocumented faults, hangs, memory, nonsense accepted
          folders              single bits flipped in run folders, finished, unfinished and with checkpoints
          dispose              networks disposed of beside calls, every call, both engines
          kills                a study and trainings killed at random moments and started again
          rows                 time and memory of reading 10,000, 100,000 and 1,000,000 rows
          all                  all of these (default)
          options:
          --minutes M          how long readers and kills go on, each half of it (default 10)
          --tries N            networks disposed of for each call and engine (default 10000)
          --flips N            bits flipped in each file (default 40)
          --analyse FILE       RewardScaling.Tool.dll, whose whole analysis rows times too
          --seed S             another seed, other breaks (default 1)
        """;

    private static readonly string[] s_all = ["readers", "folders", "dispose", "kills", "rows"];

    public IReadOnlyList<string> What { get; private init; } = s_all;

    public double Minutes { get; private init; } = 10;

    public int Tries { get; private init; } = 10_000;

    public int Flips { get; private init; } = 40;

    public string Analyse { get; private init; } = "";

    public ulong Seed { get; private init; } = 1;

    /// <summary>Reads what to break and options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static BreakArguments Parse(ReadOnlySpan<string> arguments)
    {
        var presets = new BreakArguments();
        if (!arguments.IsEmpty && !arguments[0].StartsWith('-'))
        {
            string what = arguments[0];
            if (what != "all" && !s_all.Contains(what)) throw new ArgumentException($"There is nothing called {what} to break.\n{Help}");
            if (what != "all") presets = presets with { What = [what] };
            arguments = arguments[1..];
        }
        return OptionReader.Read(arguments, presets, Help, static (parsed, option, value) => option switch
        {
            "--minutes" => parsed with { Minutes = OptionReader.Seconds(option, value) },
            "--tries" => parsed with { Tries = OptionReader.Count(option, value) },
            "--flips" => parsed with { Flips = OptionReader.Count(option, value) },
            "--analyse" => parsed with { Analyse = OptionReader.ExistingFile(option, value) },
            "--seed" => parsed with { Seed = (ulong)OptionReader.Count(option, value, 0) },
            _ => null,
        });
    }
}
