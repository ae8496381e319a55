using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Tests;

/// <summary>Waiting for what another thread, process or server does. No test waits for ever: a hang has a name.</summary>
internal static class Eventually
{
    /// <summary>For <c>[Fact(Timeout = ...)]</c> of tests that wait for processes, in milliseconds: far more than a busy machine
    /// needs.</summary>
    public const int Milliseconds = 300_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(Milliseconds);

    /// <summary>Looks every few milliseconds.</summary>
    /// <param name="isSo">What is waited for.</param>
    /// <param name="work">What should bring it about; where it fails the test fails with it.</param>
    /// <param name="between">What is done between two looks; null for nothing.</param>
    /// <param name="what">The compiler's.</param>
    public static async Task IsAsync(Func<bool> isSo, Task? work = null, Action? between = null,
        [CallerArgumentExpression(nameof(isSo))] string what = "")
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (work is { IsCompleted: true, IsCompletedSuccessfully: false }) await work;
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, $"Waited {s_patience.TotalMinutes} minutes in vain: {what}");
            between?.Invoke();
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
