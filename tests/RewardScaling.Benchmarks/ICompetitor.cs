namespace RewardScaling.Benchmarks;

/// <summary>What takes part in a comparison.</summary>
internal interface ICompetitor
{
    /// <summary>What its column is called.</summary>
    string Name { get; }

    /// <summary>What it is, in full.</summary>
    string Description { get; }

    /// <summary>One turn: units per second of each workload named.</summary>
    IReadOnlyDictionary<string, double> Rates(IReadOnlyCollection<string> workloads, double seconds);
}
