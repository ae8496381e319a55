using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>The clipped squared error of the value head, as Ziegler et al. 2019 and OpenAI's baselines train it.</summary>
internal static class ValueLoss
{
    /// <summary>loss = 0.5 max((v - R)², (clip(v, v_old - c, v_old + c) - R)²).</summary>
    /// <param name="value">The value v of the token's state under the weights being trained.</param>
    /// <param name="oldValue">The value v_old under the weights that sampled the token.</param>
    /// <param name="target">The return R: advantage plus old value.</param>
    /// <param name="clip">How far v may leave v_old with profit, c; positive, infinity for the plain squared error.</param>
    /// <returns>The loss and its derivative by <paramref name="value"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The clip is not positive.</exception>
    public static TokenLoss Token(double value, double oldValue, double target, double clip)
    {
        Guard.Positive(clip);
        double free = value - target;
        double held = Math.Clamp(value, oldValue - clip, oldValue + clip) - target; // PPO detail 10
        return held * held > free * free ? new(0.5 * held * held, 0, true) : new(0.5 * free * free, free, false);
    }
}
