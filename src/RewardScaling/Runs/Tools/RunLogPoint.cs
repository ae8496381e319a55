using RewardScaling.Numerics;

namespace RewardScaling.Runs.Tools;

/// <summary>A point of a run as logged.</summary>
/// <param name="Row">The table's row, from 0.</param>
/// <param name="Step">The step or the n; where none was logged the row's number, from 1.</param>
/// <param name="HasStep">Whether a step was logged.</param>
/// <param name="Kl">The divergence as logged, which an estimate may have below 0.</param>
/// <param name="Length">The mean length in tokens; 0 where none is logged.</param>
/// <param name="Proxy">The proxy's score.</param>
/// <param name="Gold">Gold.</param>
/// <param name="Answers">How many answers gold was averaged over; 0 where nothing tells.</param>
internal readonly record struct RunLogPoint(int Row, double Step, bool HasStep, Estimate Kl, double Length, Estimate Proxy,
    Estimate Gold, double Answers);
