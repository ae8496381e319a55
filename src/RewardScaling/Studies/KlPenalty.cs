using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>The KL penalty of a run of PPO (Gao et al. 2022, section 3.6, vary it).</summary>
/// <param name="Coefficient">β at the first step, in reward per nat; at least 0 (<see cref="PpoOptions.KlCoefficient"/>).</param>
/// <param name="Placement">Where it acts.</param>
public sealed record KlPenalty(double Coefficient, KlPlacement Placement = KlPlacement.Reward)
{
    /// <summary>No penalty.</summary>
    public static KlPenalty None { get; } = new(0);

    /// <summary>The penalty of some options.</summary>
    /// <param name="options">The options.</param>
    public static KlPenalty Of(PpoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options.KlCoefficient, options.KlPlacement);
    }

    /// <summary>Such as "KL penalty 0.05 in the reward".</summary>
    public override string ToString() => Coefficient == 0 ? "no KL penalty"
        : FormattableString.Invariant($"KL penalty {Coefficient} in the {(Placement == KlPlacement.Loss ? "loss" : "reward")}");

    internal void Require(Faults faults, string name)
    {
        faults.Require(Coefficient >= 0 && double.IsFinite(Coefficient), $"{name}.{nameof(Coefficient)}", Coefficient,
            "at least 0 and finite");
        faults.Require(Enum.IsDefined(Placement), $"{name}.{nameof(Placement)}", Placement, "one of the values of KlPlacement");
    }
}
