using RewardScaling.Cpu;
using RewardScaling.Numerics;
using RewardScaling.Studies;
using RewardScaling.Tests.Studies;

namespace RewardScaling.Benchmarks;

/// <summary>Flips single bits in every file of run folders and takes the study up.</summary>
internal static class FolderBreaks
{
    private static readonly StudyPlan s_plan = TinyStudy.Plan with { Comparisons = [40], EvaluationPrompts = 4, PoolSize = 2100 };

    private static readonly (string Name, string[] ToDo, int StopIn)[] s_folders =
    [
        ("finished", [], 0),
        ("best-of-n and PPO to do", ["pool-*.json", "scores-*.json", "best-of-n-*.json", "ppo-*.json"], 0),
        ("PPO to do", ["ppo-*.json"], 0),
        ("proxies to do", ["proxy-*.json", "best-of-n-*.json", "ppo-*.json"], 0),
        ("gold to do", ["gold-*.json", "comparisons-*.json", "proxy-*.json", "best-of-n-*.json", "ppo-*.json"], 0),
        ("stopped in the policy", [], 1), ("stopped in the proxies", [], 4), ("stopped in best-of-n", [], 5), ("stopped in PPO", [], 6),
    ];

    /// <summary>Prints the table.</summary>
    public static void Run(string folder, RandomStream stream, int flips)
    {
        string whole = Path.Combine(folder, "study");
        string study = Study(whole);
        Console.WriteLine("| folder | flips | detected, the file named | no effect | SILENTLY other numbers | undocumented |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (name, toDo, stopIn) in s_folders)
        {
            string start = Path.Combine(folder, "start");
            if (stopIn > 0) Stop(start, stopIn);
            else Copy(whole, start);
            foreach (string document in toDo.SelectMany(pattern => Directory.GetFiles(Path.Combine(start, "cells"), pattern))) File.Delete(document);
            int tried = 0, detected = 0, same = 0, silent = 0, undocumented = 0;
            foreach (string file in Directory.GetFiles(start, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                // A lock is empty.
                if (Path.GetFileName(file) == "lock") continue;
                string relative = Path.GetRelativePath(start, file);
                var numbers = stream.Fork(name).Fork(relative);
                for (int i = 0; i < flips; i++, tried++)
                {
                    string broken = Path.Combine(folder, "broken");
                    Copy(start, broken);
                    string path = Path.Combine(broken, relative);
                    byte[] bytes = File.ReadAllBytes(path);
                    int bit = numbers.Below((ulong)i, bytes.Length * 8);
                    bytes[bit / 8] ^= (byte)(1 << bit % 8);
                    File.WriteAllBytes(path, bytes);
                    try
                    {
                        if (Study(broken) == study) same++;
                        else silent++;
                    }
                    catch (Exception fault) when (fault is InvalidDataException or IOException)
                    {
                        // Of an identity its folder is named: another one and a damaged one look alike.
                        if (fault.Message.Contains(Path.GetFileName(path)) || Path.GetFileName(path) is "training.json") detected++;
                        else undocumented++;
                    }
                    catch (Exception fault)
                    {
                        undocumented++;
                        Console.WriteLine($"<!-- {relative}, bit {bit}: {fault.GetType().Name} {fault.Message} -->");
                    }
                    Directory.Delete(broken, recursive: true);
                }
            }
            Console.WriteLine($"| {name} | {tried} | {detected} | {same} | {silent} | {undocumented} |");
            Directory.Delete(start, recursive: true);
        }
    }

    private static string Study(string folder) => TinyStudy.RunAsync(s_plan, folder).GetAwaiter().GetResult();

    private static void Stop(string folder, int stage)
    {
        using var stop = new CancellationTokenSource();
        var stopper = new Stopper(at =>
        {
            if (at.StageNumber == stage && at.Fraction > 0.6) stop.Cancel();
        });
        try
        {
            new OveroptimizationStudy(s_plan, new CpuEngine(1)).RunAsync(folder, stopper, stop.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // As it was meant.
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string path = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }

    private sealed class Stopper(Action<StudyProgress> tell) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => tell(value);
    }
}
