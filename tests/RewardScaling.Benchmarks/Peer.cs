using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RewardScaling.TorchSharp;

namespace RewardScaling.Benchmarks;

/// <summary>The same workloads in PyTorch: a script that prints one JSON object per workload.</summary>
internal sealed class Peer(CompareArguments arguments) : ICompetitor
{
    public string Name => "peer";

    public string Description => $"{arguments.Python} {arguments.Peer}";

    /// <summary>Units per second of the workloads asked for; the script is ended after the last of them.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it said.</exception>
    public IReadOnlyDictionary<string, double> Rates(IReadOnlyCollection<string> workloads, double seconds)
    {
        string count = arguments.Threads.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(arguments.Python)
        {
            ArgumentList = { arguments.Peer!, "--threads", count, "--shape", arguments.Shape.Name, "--seconds",
                seconds.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OMP_NUM_THREADS"] = count, ["OPENBLAS_NUM_THREADS"] = count },
        };
        // A script that knows nothing of these is asked for nothing but the usual.
        if (arguments.Device != "cpu") start.ArgumentList.Add($"--device={arguments.Device}");
        if (arguments.Precision == TorchPrecision.BFloat16) start.ArgumentList.Add("--precision=bfloat16");
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{arguments.Python} did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var rates = new Dictionary<string, double>();
        while (!workloads.All(rates.ContainsKey) && process.StandardOutput.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            rates[json.RootElement.GetProperty("workload").GetString()!] = json.RootElement.GetProperty("per_second").GetDouble();
        }
        if (workloads.All(rates.ContainsKey))
        {
            process.Kill();
            process.WaitForExit();
            return rates;
        }
        process.WaitForExit();
        throw new InvalidOperationException($"{Description} measured {string.Join(", ", rates.Keys)} only: {errors.Result}");
    }
}
