using System.Net.Http.Headers;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>How long to wait before a request is sent again: twice as long each time, half of it at random.</summary>
/// <param name="options">The delays.</param>
/// <param name="clock">The time of day, for a Retry-After that names one.</param>
internal sealed class RetryDelays(ServerOptions options, TimeProvider clock)
{
    // Only how requests spread over time follows from it.
    private static readonly RandomStream s_jitter = RandomStream.FromSeed(0).Fork("jitter");

    private long _quietUntil;

    /// <summary>The delay after a number of attempts.</summary>
    /// <param name="request">The number of the request.</param>
    /// <param name="attempts">How often it was sent; at least 1.</param>
    public TimeSpan After(long request, int attempts)
    {
        double longest = Math.Min(options.LongestDelay.TotalSeconds, options.FirstDelay.TotalSeconds * Math.Pow(2, attempts - 1));
        return TimeSpan.FromSeconds(longest * (0.5 + 0.5 * s_jitter.Fork(request).Uniform((ulong)attempts)));
    }

    /// <summary>What a server asks for by Retry-After, in seconds or as a date; null if it does not.</summary>
    public TimeSpan? Asked(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Keeps all requests back for a time.</summary>
    public void Quiet(TimeSpan wait)
    {
        long until = clock.GetUtcNow().Add(wait).Ticks, before;
        while ((before = Volatile.Read(ref _quietUntil)) < until)
            if (Interlocked.CompareExchange(ref _quietUntil, until, before) == before) return;
    }

    /// <summary>Waits until requests may be sent.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _quietUntil) - clock.GetUtcNow().Ticks is > 0 and var ticks)
            await Task.Delay(TimeSpan.FromTicks(ticks), clock, cancellationToken).ConfigureAwait(false);
    }
}
