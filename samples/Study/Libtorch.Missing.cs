using RewardScaling.Models;

namespace RewardScaling.Samples.Study;

/// <summary>What stands for the engine on libtorch where the package feed has no TorchSharp.</summary>
internal static class Libtorch
{
    /// <summary>Says why there is none.</summary>
    /// <exception cref="ArgumentException">Always.</exception>
    public static IEngine Engine(string device, int threads) => throw new ArgumentException(
        $"--engine torch --device {device}: the package feed had no TorchSharp when this program was built; --engine cpu works everywhere.");
}
