using System.Diagnostics;
using System.Globalization;

namespace RewardScaling.Benchmarks;

/// <summary>The matrix products of a training step, one by one, against the peak of the processor.</summary>
internal static class KernelRates
{
    public static void Run(KernelArguments arguments)
    {
        Console.WriteLine("best and median of short runs; peak measured around each product");
        Console.WriteLine($"{"product",-34}{"rows x columns x terms",-24}{"GFLOP/s",-20}{"peak",-10}share");
        foreach (var kernel in Kernels.All.Where(static kernel => kernel.Operations > 0)) Measure(kernel, arguments.Seconds);
    }

    private static void Measure(KernelChoice kernel, double seconds)
    {
        using var numbers = kernel.Create();
        double peak = FloatingPointPeak.Measure(0.05);
        int repeats = Math.Max(1, (int)(1e7 / kernel.Operations));
        var rates = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            // Time of the processor, not of the clock: what else runs on the machine does not count.
            var from = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < repeats; i++) numbers.Run();
            rates.Add(repeats * kernel.Operations / (Environment.CpuUsage.TotalTime - from).TotalSeconds / 1e9);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds);
        peak = Math.Max(peak, FloatingPointPeak.Measure(0.05));
        rates.Sort();
        double best = rates[^1], median = rates[rates.Count / 2];
        string rate = string.Create(CultureInfo.InvariantCulture, $"{best:F1}, {median:F1}");
        string share = string.Create(CultureInfo.InvariantCulture, $"{best / peak:P0}, {median / peak:P0}");
        Console.WriteLine($"{kernel.Name,-34}{kernel.Size,-24}{rate,-20}{peak.ToString("F1", CultureInfo.InvariantCulture),-10}{share}");
    }
}
