namespace RewardScaling.Samples.OwnNetwork;

/// <summary>What stands for the experiment where the package feed has no TorchSharp.</summary>
internal static class Experiment
{
    /// <summary>Says why there is none.</summary>
    /// <returns><see cref="OwnNetworkArguments.NotHere"/>.</returns>
    public static Task<int> RunAsync(
        OwnNetworkArguments arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        error.WriteLine("Nothing to show here: the package feed had no TorchSharp when this program was built.");
        return Task.FromResult(OwnNetworkArguments.NotHere);
    }
}
