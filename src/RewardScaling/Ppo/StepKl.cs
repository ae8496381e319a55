
namespace RewardScaling.Ppo;

/// <summary>
/// How far one PPO step moved the policy from the one that sampled its rollouts: D_KL(π_old ‖ π_new), per token, in nats.
/// Not the KL of the scaling laws, which is D_KL(π ‖ π_init) per sequence.
/// </summary>
internal static class StepKl
{
    /// <summary>
    /// The estimate (r - 1) - log r with r = π_new / π_old at a token drawn from π_old: unbiased and never negative
    /// (the estimator k3 of Schulman 2020, "Approximating KL divergence").
    /// </summary>
    /// <param name="logNew">log π_new(token | prefix), in nats.</param>
    /// <param name="logOld">log π_old(token | prefix), in nats.</param>
    public static double Token(double logNew, double logOld)
    {
        double logRatio = logNew - logOld;
        return Math.Exp(logRatio) - 1 - logRatio;
    }
}
