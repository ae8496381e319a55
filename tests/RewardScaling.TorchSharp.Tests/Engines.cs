[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace RewardScaling.TorchSharp.Tests;

/// <summary>
/// Engines on one thread: tests run on machines with other work, where several threads of libtorch wait for each other. On the CPU,
/// unless REWARDSCALING_TORCH_DEVICE names another device.
/// </summary>
internal static class Engines
{
    private static readonly string s_device = Environment.GetEnvironmentVariable("REWARDSCALING_TORCH_DEVICE") ?? "cpu";
    private static readonly Lazy<string?> s_fault = new(Try);

    /// <summary>An engine; a test that asks for it where libtorch cannot be loaded is skipped.</summary>
    public static TorchEngine Torch(TorchEngineOptions? options = null)
    {
        Assert.SkipWhen(s_fault.Value is not null, s_fault.Value ?? "");
        return new(s_device, (options ?? new()) with { Threads = 1 });
    }

    // Only what the system does not let in is a reason to skip; anything else is a fault of this library.
    private static string? Try()
    {
        try
        {
            _ = new TorchEngine(s_device);
            return null;
        }
        catch (InvalidOperationException fault) when (fault.InnerException is not null)
        {
            return fault.Message;
        }
    }
}
