using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RewardScaling.Benchmarks;

/// <summary>The same workloads in PyTorch: a script that prints one JSON object per workload.</summary>
internal sealed record Peer(string Python, string Script)
{
    /// <summary>Units per second of the workloads asked for; the script is ended after the last of them.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it said.</exception>
    public Dictionary<string, double> Rates(string shape, int threads, double seconds, IReadOnlyCollection<string> workloads)
    {
        string count = threads.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Python)
        {
            ArgumentList = { Script, "--threads", count, "--shape", shape, "--seconds",
                seconds.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OMP_NUM_THREADS"] = count, ["OPENBLAS_NUM_THREADS"] = count },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{Python} did not start.");
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
        throw new InvalidOperationException($"{Python} {Script} measured {string.Join(", ", rates.Keys)} only: {errors.Result}");
    }
}
