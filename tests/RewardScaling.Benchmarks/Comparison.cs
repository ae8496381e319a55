using System.Diagnostics;
using System.Globalization;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Samples.TorchStudy;

namespace RewardScaling.Benchmarks;

/// <summary>Runs both sides in turn and prints one table.</summary>
internal static class Comparison
{
    public static void Run(CompareArguments arguments)
    {
        IEngine engine = arguments.Engine == "torch" ? Libtorch.Engine(arguments.Device, arguments.Threads)
            : new CpuEngine(arguments.Threads);
        Peer? peer = arguments.Peer is { } script ? new(arguments.Python, script) : null;
        string description = engine.Description;
        using var workloads = new Workloads(arguments.Shape, engine);
        var chosen = workloads.All.Where(workload => arguments.Only.Count == 0
            || arguments.Only.Contains(workload.Name)).ToArray();
        var known = workloads.All.Select(static workload => workload.Name);
        if (arguments.Only.Except(known).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"--only {unknown} must be one of {string.Join(", ", known)}.");
        string[] names = [.. chosen.Select(static workload => workload.Name)];
        var turns = new List<ComparisonTurn>();
        if (arguments.Record is { } earlier && File.Exists(earlier))
        {
            turns.AddRange(ComparisonTurn.Read(earlier).Where(turn => turn.Shape == arguments.Shape.Name
                && turn.Threads == arguments.Threads && turn.Engine == description && names.Contains(turn.Workload)));
        }
        // The first seconds belong to the JIT.
        foreach (var workload in chosen) WarmUp(workload.Run);
        for (int number = 1; number <= arguments.Alternations; number++)
        {
            var theirs = peer?.Rates(arguments.Shape.Name, arguments.Threads, arguments.Seconds, names);
            ComparisonTurn[] turn = [.. chosen.Select(workload => new ComparisonTurn(arguments.Shape.Name, arguments.Threads,
                description, workload.Name, workload.Unit, Workloads.Rate(workload.Units, arguments.Seconds, workload.Run),
                theirs?[workload.Name]))];
            turns.AddRange(turn);
            if (arguments.Record is { } record) ComparisonTurn.Append(record, turn);
            Console.Error.WriteLine($"turn {number} of {arguments.Alternations}");
        }
        int made = turns.Count / chosen.Length;
        Console.WriteLine($"{description}; shape {arguments.Shape.Name}; {made} turns of {arguments.Seconds} s");
        Console.WriteLine("medians [lowest, highest]");
        Console.WriteLine($"{"workload",-9}{"unit",-10}{"ours / s",-34}{"PyTorch / s",-34}ratio");
        foreach (var workload in chosen)
        {
            ComparisonTurn[] all = [.. turns.Where(turn => turn.Workload == workload.Name)];
            string ours = Spread([.. all.Select(static turn => turn.Ours)], "N1"),
                theirs = Spread([.. all.Select(static turn => turn.Theirs).OfType<double>()], "N1"),
                ratio = Spread([.. all.Select(static turn => turn.Ours / turn.Theirs).OfType<double>()], "F2");
            Console.WriteLine($"{workload.Name,-9}{workload.Unit,-10}{ours,-34}{theirs,-34}{ratio}");
        }
        double[] steps = [.. turns.Where(static turn => turn.Workload == "sft").Select(static turn => turn.Ours).Order()];
        if (engine is CpuEngine && steps.Length > 0)
            Share(steps[steps.Length / 2], workloads.Parameters, arguments.Threads);
    }

    private static void WarmUp(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        do run();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 1);
    }

    /// <summary>The training step against the peak: two operations for each parameter and token forward, four back.</summary>
    private static void Share(double tokens, long parameters, int threads)
    {
        double rate = 6.0 * parameters * tokens / 1e9, peak = FloatingPointPeak.Measure(0.2) * threads;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sft, 6 x parameters x tokens: {rate:F1} GFLOP/s, {rate / peak:P0} of {peak:F1} ({threads} x one core's peak)"));
    }

    private static string Spread(double[] values, string format)
    {
        if (values.Length == 0) return "-";
        Array.Sort(values);
        double median = (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(median)} [{Text(values[0])}, {Text(values[^1])}]";
    }
}
