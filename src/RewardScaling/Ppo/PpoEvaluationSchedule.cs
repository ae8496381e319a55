using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// A grid of d = sqrt(KL) at which a run is evaluated: equal steps, smaller ones at the start, where gold moves fastest. When
/// a training step is found to have crossed one or more grid values, one point is measured there; the initial policy and the
/// last one are always measured.
/// </summary>
/// <remarks>
/// A step may jump over grid values; the points then lie as far apart as the steps. Keep the learning rate and its warm-up
/// (<see cref="PpoOptions.WarmUpSteps"/>) such that early steps are shorter than <see cref="DenseStep"/>.
/// </remarks>
public sealed record PpoEvaluationSchedule
{
    // A distance this close below a grid value, as a share of a step, lies on it: rounding must not give one grid value twice.
    private const double Touching = 1e-9;

    /// <summary>The grid step at first, in d; positive.</summary>
    /// <value>Default 0.1.</value>
    public double DenseStep { get; init; } = 0.1;

    /// <summary>Up to which d the grid is dense; at least 0.</summary>
    /// <value>Default 1, that is 1 nat.</value>
    public double DenseUntil { get; init; } = 1;

    /// <summary>The grid step from there, in d; positive.</summary>
    /// <value>Default 0.25: about 30 points up to 40 nats.</value>
    public double DistanceStep { get; init; } = 0.25;

    /// <summary>
    /// A point is measured after this many training steps even if d does not move, as under a KL penalty; at least 1.
    /// </summary>
    /// <value>Default <see cref="int.MaxValue"/>: never.</value>
    public int MaximumStepsBetween { get; init; } = int.MaxValue;

    /// <summary>The first grid value above a distance.</summary>
    /// <param name="distance">Where the policy is.</param>
    public KlDistance After(KlDistance distance)
    {
        double d = distance.Value, dense = Next(0, DenseStep);
        if (dense <= DenseUntil * (1 + Touching)) return new(dense);
        return new(d < DenseUntil ? DenseUntil + DistanceStep : Next(DenseUntil, DistanceStep));

        double Next(double from, double step) => from + step * (Math.Floor((d - from) / step + Touching) + 1);
    }

    /// <summary>Faults a schedule that names no grid.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(PpoEvaluationSchedule));
        faults.Require(DenseStep > 0 && double.IsFinite(DenseStep), nameof(DenseStep), DenseStep, "positive and finite");
        faults.Require(DenseUntil >= 0 && double.IsFinite(DenseUntil), nameof(DenseUntil), DenseUntil, "at least 0 and finite");
        faults.Require(DistanceStep > 0 && double.IsFinite(DistanceStep), nameof(DistanceStep), DistanceStep,
            "positive and finite");
        faults.Require(MaximumStepsBetween >= 1, nameof(MaximumStepsBetween), MaximumStepsBetween, "at least 1");
        faults.ThrowIfAny();
    }
}
