using System.Diagnostics;
using System.Globalization;
using RewardScaling.Cpu;

namespace RewardScaling.Benchmarks;

/// <summary>Peak memory of the workloads of the comparison.</summary>
internal static class MemoryUse
{
    private const string None = "none";

    public static void Run(MemoryArguments arguments)
    {
        if (arguments.Workload is { } workload)
        {
            Console.WriteLine(PeakHere(arguments, workload));
            return;
        }
        long before = PeakOfProcess(arguments, None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"shape {arguments.Shape.Name}, {arguments.Threads} threads; a process with three networks that do nothing: {before / 1e6:F0} MB"));
        Console.WriteLine($"{"workload",-10}{"MB more",10}{"at most",10}");
        foreach (var (name, bound) in Bounds(arguments.Shape, arguments.Threads))
        {
            long peak = PeakOfProcess(arguments, name) - before;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-10}{peak / 1e6,10:F1}{bound / 1e6,10:F1}"));
        }
    }

    /// <summary>The formulas for each workload.</summary>
    private static IEnumerable<(string Name, long Bytes)> Bounds(WorkloadShape shape, int threads)
    {
        var network = shape.Network;
        int outputs = network.Vocabulary + 1, length = shape.Length;
        long sampling = MemoryBound.Reading(network, outputs, length, threads) + MemoryBound.Sampling(network, shape.Prompt, threads),
            score = MemoryBound.Reading(network, 1, length, threads);
        yield return ("sft", MemoryBound.Training(network, outputs, (long)shape.TrainingBatch * length, length, threads));
        yield return ("sample", sampling);
        yield return ("score", score);
        yield return ("rm", MemoryBound.Training(network, 1, 2L * Workloads.Pairs * length, length, threads));
        yield return ("ppo", MemoryBound.Training(network, outputs, shape.Rollouts / 4L * length, length, threads) + sampling + score
            + MemoryBound.Reading(network, outputs, length, threads));
    }

    private static long PeakHere(MemoryArguments arguments, string workload)
    {
        using var workloads = new Workloads(arguments.Shape, new CpuEngine(arguments.Threads));
        if (workload != None)
        {
            var chosen = workloads.All.FirstOrDefault(one => one.Name == workload);
            if (chosen.Run is null) throw new ArgumentException($"--workload {workload} must be {None} or a workload of compare.");
            for (int i = 0; i < 3; i++) chosen.Run();
        }
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static long PeakOfProcess(MemoryArguments arguments, string workload)
    {
        // This program is itself, or dotnet with its first argument.
        string program = Environment.ProcessPath!, first = Environment.GetCommandLineArgs()[0];
        bool hosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] rest = ["memory", "--shape", arguments.Shape.Name, "--threads", arguments.Threads.ToString(CultureInfo.InvariantCulture),
            "--workload", workload];
        var start = new ProcessStartInfo(program, hosted ? [first, .. rest] : rest) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return long.TryParse(said, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long bytes) ? bytes
            : throw new InvalidOperationException($"{program} {string.Join(' ', rest)} said: {said}");
    }
}
