using RewardScaling.Models;
using RewardScaling.TorchSharp;

namespace RewardScaling.Samples.TorchStudy;

/// <summary>The engine on libtorch, for a command line.</summary>
internal static class Libtorch
{
    /// <summary>An engine on a device, "cpu", "cuda" or "cuda:N".</summary>
    /// <exception cref="ArgumentException">There is no such device, or no libtorch for it.</exception>
    public static IEngine Engine(string device, int threads, TorchPrecision precision = TorchPrecision.Float32)
    {
        try
        {
            return new TorchEngine(device, new() { Threads = threads, Precision = precision });
        }
        catch (InvalidOperationException fault)
        {
            throw new ArgumentException(fault.Message, fault);
        }
    }
}
