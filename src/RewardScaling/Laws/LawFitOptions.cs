namespace RewardScaling.Laws;

/// <summary>How a law is fitted to a curve.</summary>
public sealed record LawFitOptions
{
    /// <summary>Which reward is fitted.</summary>
    /// <value>Default gold, as in Gao et al. 2022, section 3.</value>
    public RewardTarget Target { get; init; } = RewardTarget.Gold;

    /// <summary>What the points' standard errors mean to the fit.</summary>
    /// <value>Default equal weights; Gao et al. do not say how they fitted, and this needs no errors.</value>
    public LawWeighting Weighting { get; init; } = LawWeighting.Equal;

    /// <summary>Faults options no fit can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Numerics.Faults(nameof(LawFitOptions));
        faults.Require(Enum.IsDefined(Target), nameof(Target), Target, "Gold or Proxy");
        faults.Require(Enum.IsDefined(Weighting), nameof(Weighting), Weighting, "Equal, RelativeErrors or KnownErrors");
        faults.ThrowIfAny();
    }
}
