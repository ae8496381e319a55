using System.Globalization;
using RewardScaling.Cpu;
using RewardScaling.Samples.TorchStudy;

namespace RewardScaling.Benchmarks;

/// <summary>Runs all sides in turn and prints one table.</summary>
internal static class Comparison
{
    public static void Run(CompareArguments arguments)
    {
        EngineCompetitor[] engines = [.. arguments.Engines.Select(name => new EngineCompetitor(name, name == "torch"
            ? Libtorch.Engine(arguments.Device, arguments.Threads, arguments.Precision) : new CpuEngine(arguments.Threads), arguments.Shape))];
        ICompetitor[] all = arguments.Peer is null ? [.. engines] : [.. engines, new Peer(arguments)];
        var known = engines[0].Workloads.All;
        if (arguments.Only.Except(known.Select(static workload => workload.Name)).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"--only {unknown} must be one of {string.Join(", ", known.Select(static workload => workload.Name))}.");
        var chosen = known.Where(workload => arguments.Only.Count == 0 || arguments.Only.Contains(workload.Name)).ToArray();
        string[] names = [.. chosen.Select(static workload => workload.Name)];
        var turns = new List<ComparisonTurn>();
        if (arguments.Record is { } earlier && File.Exists(earlier))
        {
            turns.AddRange(ComparisonTurn.Read(earlier).Where(turn => turn.Shape == arguments.Shape.Name
                && turn.Threads == arguments.Threads && turn.IsOf(all) && names.Contains(turn.Workload)));
        }
        for (int number = 1; number <= arguments.Alternations; number++)
        {
            var rates = all.Select(one => (one.Name, one.Description, Rates: one.Rates(names, arguments.Seconds))).ToArray();
            ComparisonTurn[] turn = [.. chosen.Select(workload => new ComparisonTurn(arguments.Shape.Name, arguments.Threads,
                workload.Name, workload.Unit,
                [.. rates.Select(one => new ComparisonRate(one.Name, one.Description, one.Rates[workload.Name]))]))];
            turns.AddRange(turn);
            if (arguments.Record is { } record) ComparisonTurn.Append(record, turn);
            Console.Error.WriteLine($"turn {number} of {arguments.Alternations}");
        }
        Print(arguments, all, turns);
        double[] steps = [.. turns.Where(static turn => turn.Workload == "sft").Select(static turn => turn.Of("cpu")).OfType<double>().Order()];
        if (steps.Length > 0) Share(steps[steps.Length / 2], engines[0].Workloads.Parameters, arguments.Threads);
        foreach (var engine in engines) engine.Dispose();
    }

    private static void Print(CompareArguments arguments, ICompetitor[] all, List<ComparisonTurn> turns)
    {
        var workloads = turns.GroupBy(static turn => (turn.Workload, turn.Unit)).ToArray();
        foreach (var one in all) Console.WriteLine($"{one.Name}: {one.Description}");
        int made = workloads.Max(static turns => turns.Count());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"shape {arguments.Shape.Name}, {arguments.Threads} {(arguments.Threads == 1 ? "thread" : "threads")}, {made} {(made == 1 ? "turn" : "turns")} of {arguments.Seconds} s; medians [lowest, highest]"));
        string first = all[0].Name;
        Console.WriteLine($"{"workload",-9}{"unit",-10}{string.Concat(all.Select(static one => $"{one.Name + " / s",-34}"))}{string.Concat(all.Skip(1).Select(one => $"{first + " over " + one.Name,-22}"))}".TrimEnd());
        foreach (var workload in workloads)
        {
            string line = $"{workload.Key.Workload,-9}{workload.Key.Unit,-10}";
            foreach (var one in all) line += $"{Spread([.. workload.Select(turn => turn.Of(one.Name)).OfType<double>()], "N0"),-34}";
            foreach (var one in all.Skip(1))
                line += $"{Spread([.. workload.Select(turn => turn.Of(first) / turn.Of(one.Name)).OfType<double>()], "F2"),-22}";
            Console.WriteLine(line.TrimEnd());
        }
    }

    /// <summary>The training step against the peak: two operations for each parameter and token forward, four back.</summary>
    private static void Share(double tokens, long parameters, int threads)
    {
        double rate = 6.0 * parameters * tokens / 1e9, peak = FloatingPointPeak.Measure(0.2) * threads;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"cpu, sft, 6 x parameters x tokens: {rate:F1} GFLOP/s, {rate / peak:P0} of {peak:F1} ({threads} x one core's peak)"));
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
