namespace RewardScaling.Benchmarks;

/// <summary>How fast one of those compared was in a turn.</summary>
/// <param name="Name">What its column is called.</param>
/// <param name="Description">What it is, in full.</param>
/// <param name="PerSecond">Units per second.</param>
internal sealed record ComparisonRate(string Name, string Description, double PerSecond);
