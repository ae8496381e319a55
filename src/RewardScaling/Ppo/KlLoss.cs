
namespace RewardScaling.Ppo;

/// <summary>The KL penalty as a loss of one token, an alternative to a penalty in the reward.</summary>
internal static class KlLoss
{
    /// <summary>
    /// loss = r (x - 1) + 1 with r = π_new / π_old and x = log π_new - log π_init, at a token drawn from π_old. Its mean over
    /// such tokens is D_KL(π_new(· | prefix) ‖ π_init(· | prefix)) and the mean of its derivative, r x, is the gradient of that.
    /// </summary>
    /// <remarks>
    /// The derivative of k1 = x as a loss has mean 0, and that of k3 is the gradient of the KL the other way round; k2 = x²/2
    /// has the right one while r = 1 (Tang and Munos 2025, arXiv:2506.09477). This is k2's gradient with the ratio that keeps it
    /// right in later epochs.
    /// </remarks>
    /// <param name="logNew">log π(token | prefix) under the weights being trained, in nats.</param>
    /// <param name="logOld">The same under the weights that sampled the token.</param>
    /// <param name="logInitial">The same under π_init.</param>
    /// <returns>The loss in nats, possibly negative for one token, and its derivative by <paramref name="logNew"/>; never
    /// clipped.</returns>
    public static TokenLoss Token(double logNew, double logOld, double logInitial)
    {
        double ratio = Math.Exp(logNew - logOld), logRatio = logNew - logInitial;
        return new(ratio * (logRatio - 1) + 1, ratio * logRatio, false); // PPO detail 4
    }
}
