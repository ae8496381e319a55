namespace RewardScaling.Benchmarks;

/// <summary>A kernel of the CPU engine on numbers of its own, ready to run again and again.</summary>
/// <param name="buffers">What it works on, given back with it.</param>
/// <param name="run">One run.</param>
internal sealed class KernelCase(IReadOnlyList<IDisposable> buffers, Action run) : IDisposable
{
    /// <summary>One run.</summary>
    public Action Run { get; } = run;

    public void Dispose()
    {
        foreach (var buffer in buffers) buffer.Dispose();
    }
}
