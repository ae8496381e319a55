namespace RewardScaling.Models;

/// <summary>
/// Lets one call at a time into a model, and none once it was disposed. Calls share activations and weights: a second one at the
/// same time would leave wrong numbers in the first, and nobody would know.
/// </summary>
/// <remarks><c>using var call = gate.Enter();</c> at the head of each call; allocates nothing.</remarks>
/// <param name="owner">What the gate guards, for messages.</param>
public sealed class CallGate(Type owner) : IDisposable
{
    private int _inside, _closed;

    /// <summary>Begins a call.</summary>
    /// <returns>This gate; disposing it ends the call.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    public CallGate Enter()
    {
        RequireOpen();
        return Interlocked.Exchange(ref _inside, 1) == 0 ? this : throw new InvalidOperationException(
            "This model is in the middle of another call. One call at a time: give each thread a model of its own, for instance a Clone.");
    }

    /// <summary>Faults a model that was disposed.</summary>
    /// <exception cref="ObjectDisposedException">It was.</exception>
    public void RequireOpen() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) == 1, owner);

    /// <summary>Lets no further call in.</summary>
    /// <returns>Whether this closed the gate; false where it was closed before.</returns>
    public bool Close() => Interlocked.Exchange(ref _closed, 1) == 0;

    /// <summary>Ends the call.</summary>
    public void Dispose() => Volatile.Write(ref _inside, 0);
}
