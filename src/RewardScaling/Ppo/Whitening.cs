using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>Scaling to variance 1, as Ziegler et al. 2019 do to rewards and advantages.</summary>
internal static class Whitening
{
    private const double Epsilon = 1e-8;

    /// <summary>
    /// x ← (x - mean) / sqrt(variance + 1e-8), with the population variance (divisor n); the mean is
    /// added back if it is to be kept.
    /// </summary>
    /// <param name="values">The numbers, changed in place; at least one, all finite.</param>
    /// <param name="keepMean">Whether the mean stays what it was (rewards) or becomes 0 (advantages).</param>
    /// <exception cref="ArgumentException">No number, or one that is not finite.</exception>
    public static void Apply(Span<double> values, bool keepMean)
    {
        if (values.IsEmpty) throw new ArgumentException("values is empty; whitening needs at least one value.", nameof(values));
        Guard.AllFinite<double>(values);
        double mean = 0, variance = 0;
        foreach (double value in values) mean += value;
        mean /= values.Length;
        foreach (double value in values) variance += (value - mean) * (value - mean);
        variance /= values.Length; // PPO detail 8
        double scale = 1 / Math.Sqrt(variance + Epsilon), shift = keepMean ? mean : 0;
        foreach (ref double value in values) value = (value - mean) * scale + shift;
    }
}
