using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>A point of a run as logged.</summary>
/// <param name="Step">The step, the n, or the row's number.</param>
/// <param name="Kl">The divergence as logged.</param>
/// <param name="Length">The mean length in tokens; 0 where none is logged.</param>
/// <param name="Proxy">The proxy's score.</param>
/// <param name="Gold">Gold.</param>
/// <param name="Answers">How many answers gold was averaged over; 0 where nothing tells.</param>
internal readonly record struct RunLogPoint(double Step, Estimate Kl, double Length, Estimate Proxy, Estimate Gold,
    double Answers);
