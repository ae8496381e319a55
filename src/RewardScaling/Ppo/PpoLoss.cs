using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// The clipped surrogate of PPO (Schulman et al. 2017, arXiv:1707.06347, equation 7), one token at a
/// time, as a loss to be lowered.
/// </summary>
internal static class PpoLoss
{
    /// <summary>
    /// loss = -min(r A, clip(r, 1 - c, 1 + c) A) with r = exp(logNew - logOld); with a dual clip k and A &lt; 0, no more than -k
    /// A (Ye et al. 2020, arXiv:1912.09729, equation 5).
    /// </summary>
    /// <param name="logNew">log π(token | prefix) under the weights being trained, in nats.</param>
    /// <param name="logOld">The same under the weights that sampled the token.</param>
    /// <param name="advantage">The advantage A of the token; finite.</param>
    /// <param name="clip">How far r may leave 1 with profit, c; positive.</param>
    /// <param name="dualClip">The bound k on r for a negative advantage; above 1, infinity for none.</param>
    /// <returns>The loss and its derivative by <paramref name="logNew"/>, which is -r A where no branch is clipped.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The clip is not positive, or the dual clip is not above 1.</exception>
    public static TokenLoss Token(
        double logNew, double logOld, double advantage, double clip, double dualClip = double.PositiveInfinity)
    {
        Guard.Positive(clip);
        if (!(dualClip > 1)) throw new ArgumentOutOfRangeException(nameof(dualClip), dualClip, "dualClip must be above 1.");
        double ratio = Math.Exp(logNew - logOld);
        double free = -ratio * advantage;
        double held = -Math.Clamp(ratio, 1 - clip, 1 + clip) * advantage; // PPO detail 9
        if (advantage < 0 && Math.Max(free, held) > -dualClip * advantage) return new(-dualClip * advantage, 0, true);
        return held > free ? new(held, 0, true) : new(free, free, false);
    }
}
