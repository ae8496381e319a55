namespace RewardScaling.Tests.Ppo;

/// <summary>Derivatives from values alone.</summary>
internal static class Differences
{
    /// <summary>(f(x + h) - f(x - h)) / 2h with an error of order h².</summary>
    public static double Central(Func<double, double> function, double at, double h = 1e-5) =>
        (function(at + h) - function(at - h)) / (2 * h);
}
