namespace RewardScaling.Tests;

/// <summary>Progress that is told at once, on the thread that reports; the framework's own posts it elsewhere.</summary>
internal sealed class Listener<T>(Action<T> told) : IProgress<T>
{
    public void Report(T value) => told(value);
}
