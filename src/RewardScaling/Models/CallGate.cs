namespace RewardScaling.Models;

/// <summary>
/// Lets one call at a time into a model. Calls share activations and weights: a second one at the same time would leave wrong
/// numbers in the first, and nobody would know.
/// </summary>
/// <remarks><c>using var call = gate.Enter();</c> at the head of each call; allocates nothing.</remarks>
public sealed class CallGate : IDisposable
{
    private int _inside;

    /// <summary>Begins a call.</summary>
    /// <returns>This gate; disposing it ends the call.</returns>
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    public CallGate Enter() => Interlocked.Exchange(ref _inside, 1) == 0 ? this : throw new InvalidOperationException(
        "This model is in the middle of another call. One call at a time: give each thread a model of its own, for instance a Clone.");

    /// <summary>Ends the call.</summary>
    public void Dispose() => Volatile.Write(ref _inside, 0);
}
