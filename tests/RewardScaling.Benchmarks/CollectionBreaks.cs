using RewardScaling.Numerics;
using RewardScaling.Tests.Serving;

namespace RewardScaling.Benchmarks;

/// <summary>Kills a process that collects samples from a server that fails, fifty times.</summary>
internal static class CollectionBreaks
{
    private const int Kills = 50;

    /// <summary>Prints the table.</summary>
    public static void Run(string folder, RandomStream stream)
    {
        CollectionKills kills = CollectionKills.RunAsync(folder, Kills, stream).GetAwaiter().GetResult();
        Console.WriteLine("| kills | the same file | portions | portions asked for again | scores asked for again | requests at once |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        Console.WriteLine($"| {kills.Kills} | {(kills.SameFile ? "yes" : "NO")} | {kills.Portions} | {kills.PortionsAgain} | {kills.ScoresAgain} | {kills.AtOnce} |");
    }
}
