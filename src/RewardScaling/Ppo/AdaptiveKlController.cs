using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// Raises the coefficient while the sequence KL is above a target and lowers it below (Ziegler et al. 2019, arXiv:1909.08593,
/// section 2.2): β ← β (1 + clip(KL / target - 1, ±0.2) · rollouts / horizon).
/// </summary>
/// <remarks>It multiplies, so β = 0 would stay 0: a run needs <see cref="PpoOptions.KlCoefficient"/> above 0.</remarks>
public sealed record AdaptiveKlController : KlController
{
    private const double ErrorClip = 0.2;

    /// <summary>The KL aimed at; above 0.</summary>
    /// <value>Default 6 nats, Ziegler et al. 2019.</value>
    public KlNats Target { get; init; } = new(6);

    /// <summary>
    /// The rollouts over which the error acts: β grows by the factor e in about horizon / 0.2 rollouts
    /// at the full error; positive, and above 0.2 times the rollouts of a step, or one step could take β to 0.
    /// </summary>
    /// <value>Default 10000, Ziegler et al. 2019.</value>
    public double Horizon { get; init; } = 10_000;

    /// <inheritdoc/>
    public override double Next(double coefficient, Estimate kl, int rollouts)
    {
        Guard.NotNegative(coefficient);
        Guard.Positive(rollouts);
        double error = Math.Clamp(kl.Value / Target.Value - 1, -ErrorClip, ErrorClip); // PPO detail 20
        return coefficient * Math.Max(0, 1 + error * rollouts / Horizon);
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        var faults = new Faults(nameof(AdaptiveKlController));
        faults.Require(Target > KlNats.Zero, nameof(Target), Target.Value, "positive");
        faults.Require(Horizon > 0 && double.IsFinite(Horizon), nameof(Horizon), Horizon, "positive and finite");
        faults.ThrowIfAny();
    }

    /// <inheritdoc/>
    internal override void Check(Faults faults, double coefficient, int rollouts)
    {
        faults.Require(coefficient != 0, nameof(PpoOptions.KlCoefficient), coefficient,
            "greater than 0 under an AdaptiveKlController, which multiplies it: from 0 it would never move");
        double least = ErrorClip * rollouts;
        faults.Require(!(Horizon <= least), "KlController.Horizon", Horizon,
            FormattableString.Invariant($"above {least}, {ErrorClip} x the RolloutsPerStep: one step far below the target would take the coefficient to 0 for good"));
    }
}
