using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>The learning rate of every step: a linear warm-up to a peak, then a decay.</summary>
/// <remarks>
/// Warm-up is a share of the steps, not a number of them, so that one schedule serves a sweep whose runs have different lengths.
/// With w warm-up steps of s: step t &lt; w has peak (t + 1) / w; later steps have peak (f + (1 - f) g(p)) with p = (t - w) / (s
/// - w), the final share f, and g(p) = 1, 1 - p or (1 + cos πp) / 2.
/// </remarks>
public sealed record LearningRateSchedule
{
    /// <summary>The highest rate; positive and finite.</summary>
    public required double Peak { get; init; }

    /// <summary>The share of the steps in which the rate rises to its peak, in [0, 1].</summary>
    /// <value>Default 0.05.</value>
    public double WarmUp { get; init; } = 0.05;

    /// <summary>What happens after the warm-up.</summary>
    /// <value>Default cosine (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts), as Huang et al. 2024
    /// train reward models.</value>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>The share of the peak that the decay ends at, in [0, 1].</summary>
    /// <value>Default 0.</value>
    public double FinalShare { get; init; }

    /// <summary>The same rate at every step.</summary>
    /// <param name="rate">The rate; positive.</param>
    public static LearningRateSchedule Constant(double rate) =>
        new() { Peak = rate, WarmUp = 0, Decay = LearningRateDecay.Constant };

    /// <summary>The rate of one step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">How many steps there are.</param>
    /// <returns>A positive rate, at most <see cref="Peak"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is not in [0, steps - 1].</exception>
    public double At(int step, int steps)
    {
        Guard.Positive(steps);
        Guard.InRange(step, 0, steps - 1);
        int warm = (int)(WarmUp * steps);
        if (step < warm) return Peak * (step + 1) / warm;
        double progress = (step - warm) / (double)(steps - warm);
        double falling = Decay switch
        {
            LearningRateDecay.Linear => 1 - progress,
            LearningRateDecay.Cosine => (1 + Math.Cos(Math.PI * progress)) / 2,
            _ => 1,
        };
        return Peak * (FinalShare + (1 - FinalShare) * falling);
    }

    /// <summary>Faults a schedule no training can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(LearningRateSchedule));
        faults.Require(Peak > 0 && double.IsFinite(Peak), nameof(Peak), Peak, "positive and finite");
        faults.Require(WarmUp is >= 0 and <= 1, nameof(WarmUp), WarmUp, "in [0, 1]");
        faults.Require(Enum.IsDefined(Decay), nameof(Decay), Decay, "Constant, Linear or Cosine");
        faults.Require(FinalShare is >= 0 and <= 1, nameof(FinalShare), FinalShare, "in [0, 1]");
        faults.ThrowIfAny();
    }
}
