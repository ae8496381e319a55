using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>The same refits and estimates here and in Python, timed in turn and compared.</summary>
internal static class FitComparison
{
    private static readonly OveroptimizationLaw[] Laws =
        [OveroptimizationLaw.BestOfN, OveroptimizationLaw.ReinforcementLearning, OveroptimizationLaw.Power];

    public static void Run(FitArguments arguments)
    {
        var times = new SortedDictionary<string, List<double>>(StringComparer.Ordinal);
        var root = RandomStream.FromSeed(2210_10760).Fork("benchmark");
        var curve = Curve(root.Fork("curve"));
        var resamplers = Laws.ToDictionary(static law => law, law => new ResidualResampler(law.Fit(curve)));
        double[] proxy = Draws(root.Fork("proxy")), gold = [.. proxy.Zip(Draws(root.Fork("noise")), static (u, v) => u - 0.8 * Math.Pow(u, 40) + 0.2 * v)];
        int[] powers = [.. Enumerable.Range(0, 31).Select(static k => 1 << k).TakeWhile(n => n <= arguments.Samples)];
        double[] estimates = [];
        // The first rounds belong to the JIT.
        for (int turn = -2; turn < arguments.Alternations; turn++)
        {
            foreach (var law in Laws) Time(law.Name, () => LawBootstrap.Run(law, resamplers[law], arguments.Refits, root.Fork(law.Name), threads: 1));
            for (int i = 0; i < 20; i++)
                Time("estimator", () =>
                {
                    var estimator = new BestOfNEstimator(proxy, gold);
                    estimates = Array.ConvertAll(powers, estimator.Gold);
                });
            if (turn < 0) times.Clear();
        }
        string folder = Directory.CreateTempSubdirectory("rewardscaling-fits-").FullName;
        try
        {
            Write("d", [.. curve.Points.Select(static point => point.Distance.Value)]);
            Write("proxy", proxy);
            Write("gold", gold);
            var drawn = Laws.ToDictionary(static law => law, law => Enumerable.Range(0, arguments.Refits)
                .Select(i => resamplers[law].Draw(root.Fork(law.Name).Fork(i))).ToArray());
            foreach (var law in Laws) Write($"y-{law.Name}", [.. drawn[law].SelectMany(static one => one.Points).Select(static point => point.Gold.Value)]);
            for (int turn = 0; arguments.Peer is { } script && turn < arguments.Alternations; turn++)
                foreach (var (name, seconds) in Peer(arguments.Python, script, folder, arguments.Exact && turn == 0)) Add(name, seconds);
            foreach (var (name, seconds) in times) Console.WriteLine($"{name,-20}{Text(Median(seconds)),10} s, median of {seconds.Count}, {Text(seconds.Min())} to {Text(seconds.Max())}");
            if (arguments.Peer is null) return;
            foreach (var law in Laws)
            {
                double[] theirs = Read($"coefficients-{law.Name}");
                double worst = 0;
                for (int i = 0, at = 0; i < arguments.Refits; i++)
                    foreach (double ours in law.Fit(drawn[law][i]).Coefficients) worst = Math.Max(worst, Math.Abs(ours - theirs[at++]));
                Console.WriteLine($"{law.Name}: {Ratio(law.Name, $"{law.Name} defaults")} times curve_fit with its defaults, {Ratio(law.Name, $"{law.Name} tight")} times with the tolerances of the comparison; coefficients differ by {worst.ToString("G2", CultureInfo.InvariantCulture)} at most, {(law.IsLinear ? "1e-10 allowed" : "a search on both sides")}");
                if (law.IsLinear && !(worst <= 1e-10)) throw new InvalidOperationException($"{law.Name}: the coefficients differ by {worst}.");
            }
            string[] kinds = arguments.Exact ? ["log_gamma", "log_gamma_table", "big_integers"] : ["log_gamma", "log_gamma_table"];
            foreach (string kind in kinds)
            {
                double worst = Read($"estimates-{kind}").Zip(estimates, static (one, two) => Math.Abs(one - two)).Max();
                Console.WriteLine($"estimator: {Ratio("estimator", kind)} times {kind}; estimates differ by {worst.ToString("G2", CultureInfo.InvariantCulture)} at most");
                if (kind == "big_integers" && !(worst <= 1e-10)) throw new InvalidOperationException($"The estimates differ by {worst}.");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        double[] Draws(RandomStream stream) => [.. Enumerable.Range(0, arguments.Samples).Select(i => stream.Uniform((ulong)i))];

        void Time(string name, Action run)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            Add(name, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        void Add(string name, double seconds)
        {
            if (!times.TryGetValue(name, out var list)) times[name] = list = [];
            list.Add(seconds);
        }

        string Ratio(string ours, string theirs) => (Median(times[theirs]) / Median(times[ours])).ToString("F1", CultureInfo.InvariantCulture);

        void Write(string name, double[] values) =>
            File.WriteAllBytes(Path.Combine(folder, $"{name}.bin"), MemoryMarshal.AsBytes<double>(values).ToArray());

        double[] Read(string name) => MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(Path.Combine(folder, $"{name}.bin"))).ToArray();
    }

    // 20 points of a best-of-n curve to 1.5 times its peak, with noise of 5 percent of the peak.
    private static RewardCurve Curve(RandomStream stream) => new(OptimizationMethod.BestOfN, "benchmark", [.. Enumerable.Range(1, 20).Select(i =>
    {
        double d = 0.16 * i, reward = d * (0.5 - 0.12 * d) + 0.026 * stream.Normal((ulong)i);
        return new RewardPoint { Kl = Estimate.Exact(d * d), Gold = Estimate.WithoutError(reward), Proxy = Estimate.WithoutError(d), Effort = i };
    })]);

    private static List<(string Name, double Seconds)> Peer(string python, string script, string folder, bool exact)
    {
        var start = new ProcessStartInfo(python)
        {
            RedirectStandardOutput = true,
            Environment = { ["OMP_NUM_THREADS"] = "1", ["OPENBLAS_NUM_THREADS"] = "1" },
        };
        start.ArgumentList.Add(script);
        start.ArgumentList.Add(folder);
        if (exact) start.ArgumentList.Add("--exact");
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{python} did not start.");
        var times = new List<(string, double)>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            times.Add((json.RootElement.GetProperty("timing").GetString()!, json.RootElement.GetProperty("seconds").GetDouble()));
        }
        process.WaitForExit();
        return process.ExitCode == 0 ? times : throw new InvalidOperationException($"{python} {script} failed; what it said is above.");
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }

    private static string Text(double seconds) => seconds.ToString("F4", CultureInfo.InvariantCulture);
}
