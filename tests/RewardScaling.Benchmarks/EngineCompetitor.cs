using System.Diagnostics;
using RewardScaling.Models;

namespace RewardScaling.Benchmarks;

/// <summary>An engine of this library, in this process.</summary>
internal sealed class EngineCompetitor(string name, IEngine engine, WorkloadShape shape) : ICompetitor, IDisposable
{
    private readonly HashSet<string> _warm = [];

    public string Name => name;

    public string Description => engine.Description;

    /// <summary>The workloads, on networks of its own.</summary>
    public Workloads Workloads { get; } = new(shape, engine);

    public IReadOnlyDictionary<string, double> Rates(IReadOnlyCollection<string> workloads, double seconds)
    {
        var rates = new Dictionary<string, double>();
        foreach (var workload in Workloads.All.Where(workload => workloads.Contains(workload.Name)))
        {
            // The first seconds belong to the JIT.
            if (_warm.Add(workload.Name)) WarmUp(workload.Run);
            rates[workload.Name] = Workloads.Rate(workload.Units, seconds, workload.Run);
        }
        return rates;
    }

    public void Dispose() => Workloads.Dispose();

    private static void WarmUp(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        do run();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 1);
    }
}
