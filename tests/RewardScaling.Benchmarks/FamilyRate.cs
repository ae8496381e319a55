using MathNet.Numerics.Statistics;

namespace RewardScaling.Benchmarks;

/// <summary>Tokens per second of someone in each of several batches.</summary>
/// <param name="Who">An engine here, or a peer.</param>
/// <param name="What">train or draw.</param>
/// <param name="PerSecond">One number for each batch.</param>
internal sealed record FamilyRate(string Who, string What, IReadOnlyList<double> PerSecond)
{
    public double Median => PerSecond.Median();
}
