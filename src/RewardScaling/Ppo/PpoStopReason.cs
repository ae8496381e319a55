namespace RewardScaling.Ppo;

/// <summary>Why a run of PPO ended.</summary>
public enum PpoStopReason
{
    /// <summary>The policy reached <see cref="PpoOptions.KlBudget"/>.</summary>
    KlBudget,

    /// <summary><see cref="PpoOptions.MaximumSteps"/> were made.</summary>
    MaximumSteps,
}
