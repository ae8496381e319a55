using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Samples.TorchStudy;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Benchmarks;

/// <summary>Breaks the library in every way that is known, and prints tables.</summary>
internal static class Break
{
    /// <summary>Runs what is asked for.</summary>
    public static void Run(BreakArguments arguments)
    {
        var stream = RandomStream.FromSeed(arguments.Seed);
        string folder = Directory.CreateTempSubdirectory("reward-scaling-break-").FullName;
        try
        {
            var half = TimeSpan.FromMinutes(arguments.Minutes / 2);
            foreach (string what in arguments.What)
            {
                Console.WriteLine($"\n## {what}\n");
                switch (what)
                {
                    case "readers": Readers(folder, stream.Fork(what), half, arguments); break;
                    case "folders": FolderBreaks.Run(folder, stream.Fork(what), arguments.Flips); break;
                    case "dispose": Dispose(folder, stream.Fork(what), arguments); break;
                    case "abandon": Abandon(arguments.Engines); break;
                    case "kills": KillBreaks.Run(folder, stream.Fork(what), half); break;
                    case "collections": CollectionBreaks.Run(folder, stream.Fork(what)); break;
                    default: RowCosts.Run(folder, arguments.Only); break;
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Readers(string folder, RandomStream stream, TimeSpan time, BreakArguments arguments)
    {
        IReadOnlyList<BrokenReader> readers = [.. BrokenReaders.All(folder, studies: true), BrokenTokenizer.Reader(folder)];
        readers = [.. readers.Where(reader => reader.Name.Contains(arguments.Only, StringComparison.Ordinal))];
        Console.WriteLine("| reader | mutated inputs | refused | read | undocumented | slower than 5 s | over 1 GB | nonsense accepted | messages over 4,000 characters |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var reader in readers)
        {
            reader.ReadWhole();
            var outcome = arguments.Inputs > 0 ? reader.Run(arguments.Inputs, stream.Fork(reader.Name), Timeout.InfiniteTimeSpan)
                : reader.Run(int.MaxValue, stream.Fork(reader.Name), time / readers.Count);
            Console.WriteLine($"| {reader.Name} | {outcome.Inputs} | {outcome.Refused} | {outcome.Inputs - outcome.Refused - outcome.Undocumented} | {outcome.Undocumented} | {outcome.Slow} | {outcome.Large} | {outcome.Nonsense} | {outcome.Long} |");
            foreach (string example in outcome.Examples) Console.WriteLine($"<!-- {example} -->");
        }
    }

    private static void Dispose(string folder, RandomStream stream, BreakArguments arguments)
    {
        Console.WriteLine("| engine, call | networks disposed of | calls that ended | refused | wrong numbers | anything else |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        IEngine torch = Libtorch.Engine("cpu", 1);
        foreach (var (name, engine) in new[] { ("CpuEngine", new CpuEngine(2)), ("TorchEngine", torch) })
            foreach (var race in DisposalRace.All(engine, folder))
            {
                if (!$"{name}, {race.Name}".Contains(arguments.Only, StringComparison.Ordinal)) continue;
                var outcome = race.Run(arguments.Tries, stream.Fork(name).Fork(race.Name));
                Console.WriteLine($"| {name}, {race.Name} | {outcome.Tries} | {outcome.Calls} | {outcome.Refused} | {outcome.Wrong} | {outcome.Fault} |");
            }
    }

    private static void Abandon(int engines)
    {
        const int Rounds = 3;
        Console.WriteLine("| engine | engines left behind, round by round | still held | threads before, at most, after | MB before, after each round |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (name, create) in new (string, Func<IEngine>)[] { ("CpuEngine(8)", static () => new CpuEngine(8)), ("TorchEngine", static () => Libtorch.Engine("cpu", 1)) })
        {
            // Once before: what an engine's libraries and the collector keep for good is not what engines leave behind, which grows.
            AbandonedEngines.Run(create, 1, TimeSpan.FromMinutes(1));
            AbandonedOutcome[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => AbandonedEngines.Run(create, engines, TimeSpan.FromMinutes(1)))];
            Console.WriteLine(FormattableString.Invariant(
                $"| {name} | {Rounds} x {engines} | {rounds.Sum(static one => one.Alive)} | {rounds[0].ThreadsBefore}, {rounds.Max(static one => one.MostThreads)}, {rounds[^1].ThreadsAfter} | {rounds[0].MegabytesBefore:F0}, {string.Join(", ", rounds.Select(static one => FormattableString.Invariant($"{one.MegabytesAfter:F0}")))} |"));
        }
    }
}
