using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>A finished run. Disposing of it disposes of the trained policy.</summary>
[TypeFormatterSource]
public sealed class PpoResult : IDisposable
{
    internal PpoResult(ITrainablePolicy policy, RewardCurve curve, IReadOnlyList<PpoStepMetrics> metrics, PpoStopReason stop,
        double probedKl) => (Policy, Curve, Metrics, Stop, ProbedKl) = (policy, curve, metrics, stop, probedKl);

    /// <summary>The last KL that was held against the budget, in nats per sequence.</summary>
    internal double ProbedKl { get; }

    /// <summary>The trained policy.</summary>
    public ITrainablePolicy Policy { get; }

    /// <summary>KL, proxy and gold along the way; the first point is the initial policy, the last the trained one.</summary>
    public RewardCurve Curve { get; }

    /// <summary>What each step measured of itself, in order.</summary>
    public IReadOnlyList<PpoStepMetrics> Metrics { get; }

    /// <summary>Why the run ended.</summary>
    public PpoStopReason Stop { get; }

    /// <inheritdoc/>
    public void Dispose() => Policy.Dispose();

    /// <summary>The curve, how many steps there were and why they ended.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Curve}; {Metrics.Count} steps, ended by {Stop}");
}
