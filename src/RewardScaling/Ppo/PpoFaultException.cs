using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// A run met a number it cannot use, or a reward model that failed, and stopped before it changed the policy with it.
/// </summary>
public sealed class PpoFaultException : RewardScalingException
{
    internal PpoFaultException(int step, string quantity, string what, Exception? inner = null)
        : base(FormattableString.Invariant($"PPO step {step}: {quantity}: {what}"), inner) => (Step, Quantity) = (step, quantity);

    /// <summary>The step, from 1; 0 for the evaluation of the initial policy.</summary>
    public int Step { get; }

    /// <summary>What was wrong: "proxy score", "gold score", "log-probability", "value", "KL", "KL coefficient", "prompt" or "gradient".</summary>
    public string Quantity { get; }
}
