using System.Globalization;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Samples.Study;

namespace RewardScaling.Benchmarks;

/// <summary>Runs both sides in turn and prints one table.</summary>
internal static class Comparison
{
    public static void Run(CompareArguments arguments)
    {
        IEngine engine = arguments.Engine == "torch" ? Libtorch.Engine(arguments.Device, arguments.Threads)
            : new CpuEngine(arguments.Threads);
        Peer? peer = arguments.Peer is { } script ? new(arguments.Python, script) : null;
        using var workloads = new Workloads(arguments.Shape, engine);
        var chosen = workloads.All.Where(workload => arguments.Only.Count == 0
            || arguments.Only.Contains(workload.Name)).ToArray();
        var ours = chosen.ToDictionary(static workload => workload.Name, static _ => new List<double>());
        var theirs = chosen.ToDictionary(static workload => workload.Name, static _ => new List<double>());
        // The first seconds belong to the JIT.
        foreach (var workload in chosen) Workloads.Rate(workload.Units, Math.Min(1, arguments.Seconds), workload.Run);
        for (int turn = 0; turn < arguments.Alternations; turn++)
        {
            if (peer != null)
            {
                var rates = peer.Rates(arguments.Shape.Name, arguments.Threads, arguments.Seconds);
                foreach (var workload in chosen) theirs[workload.Name].Add(rates[workload.Name]);
            }
            foreach (var workload in chosen) ours[workload.Name].Add(Workloads.Rate(workload.Units, arguments.Seconds,
                workload.Run));
            Console.Error.WriteLine($"turn {turn + 1} of {arguments.Alternations}");
        }
        Console.WriteLine($"{engine.Description}; shape {arguments.Shape.Name}; {arguments.Alternations} turns of {arguments.Seconds} s");
        Console.WriteLine("medians [lowest, highest]");
        Console.WriteLine($"{"workload",-9}{"unit",-10}{"ours / s",-32}{"PyTorch / s",-32}ratio");
        foreach (var workload in chosen)
        {
            var ratios = ours[workload.Name].Zip(theirs[workload.Name], static (a, b) => a / b).ToList();
            string us = Spread(ours[workload.Name], "N1"), them = Spread(theirs[workload.Name], "N1");
            Console.WriteLine($"{workload.Name,-9}{workload.Unit,-10}{us,-32}{them,-32}{Spread(ratios, "F2")}");
        }
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"peak memory of this process: {process.PeakWorkingSet64 / 1e6:F0} MB"));
        if (engine is CpuEngine && ours.TryGetValue("sft", out var steps))
            Share(steps[steps.Count / 2], workloads.Parameters, arguments.Threads);
    }

    /// <summary>The training step against the peak: two operations for each parameter and token forward, four back.</summary>
    private static void Share(double tokens, long parameters, int threads)
    {
        double rate = 6.0 * parameters * tokens / 1e9, peak = FloatingPointPeak.Measure(0.2) * threads;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sft, 6 x parameters x tokens: {rate:F1} GFLOP/s, {rate / peak:P0} of {peak:F1} ({threads} x one core's peak)"));
    }

    private static string Spread(List<double> values, string format)
    {
        if (values.Count == 0) return "-";
        values.Sort();
        double median = (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(median)} [{Text(values[0])}, {Text(values[^1])}]";
    }
}
