namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>break</c> asks for.</summary>
internal sealed record BreakArguments
{
    public const string Help = """
        break [WHAT] [options]: tries to break the library and prints what came of it as tables; WHAT is one of
          readers              mutated files for every reader: undocumented faults, hangs, memory, nonsense accepted
          folders              single bits flipped in run folders, finished, unfinished and with checkpoints
          abandon              engines and networks left behind: their threads end and their memory comes back
          dispose              networks disposed of beside calls, every call, both engines
          kills                a study and trainings killed at random moments and started again
          collections          samples collected from a server that fails by a process that is killed fifty times
          rows                 time and memory of 10,000, 100,000 and 1,000,000 rows, every reader and rewardscaling analyse
          all                  all of these (default)
          options:
          --minutes M          how long readers and kills go on, each half of it (default 10)
          --inputs N           so many mutated files for each reader, however long it takes (default 0: as many as there is time for)
          --engines N          engines left behind, of each kind (default 300)
          --tries N            networks disposed of for each call and engine (default 10000)
          --flips N            bits flipped in each file (default 40)
          --only TEXT          only readers, calls ("TorchEngine, policy: Save") and files whose name has this in it (default: all)
          --seed S             another seed, other breaks (default 1)
        """;

    private static readonly string[] s_all = ["readers", "folders", "abandon", "dispose", "kills", "collections", "rows"];

    public IReadOnlyList<string> What { get; private init; } = s_all;

    public double Minutes { get; private init; } = 10;

    public int Inputs { get; private init; }

    public int Engines { get; private init; } = 300;

    public int Tries { get; private init; } = 10_000;

    public int Flips { get; private init; } = 40;

    public string Only { get; private init; } = "";

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
            "--inputs" => parsed with { Inputs = OptionReader.Count(option, value, 0) },
            "--engines" => parsed with { Engines = OptionReader.Count(option, value) },
            "--tries" => parsed with { Tries = OptionReader.Count(option, value) },
            "--flips" => parsed with { Flips = OptionReader.Count(option, value) },
            "--only" => parsed with { Only = value },
            "--seed" => parsed with { Seed = (ulong)OptionReader.Count(option, value, 0) },
            _ => null,
        });
    }
}
