using System.ComponentModel;

namespace RewardScaling.Models;

/// <summary>
/// Lets one call at a time into a model, and none once it was disposed. Calls share activations and weights: a second one at the
/// same time would leave wrong numbers in the first, and nobody would know.
/// </summary>
/// <remarks>
/// <para>
/// <c>using var call = gate.Enter();</c> at the head of each call that works on activations, <c>Change</c> of those that change
/// weights, <c>Read</c> of those that only read weights: these may go beside a call, but not beside a change. None allocates.
/// </para>
/// <para>
/// To close the gate beside a call ends neither the call nor the process: the call comes to its end, with the numbers it would
/// have had, and whoever is the last inside frees what the model holds.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CallGate : IDisposable
{
    private const int Closed = 1 << 30, Busy = 1 << 29, Changing = 1 << 28, Readers = Changing - 1;

    private readonly Type _owner;
    private readonly Action _release;
    private readonly Leave _change, _read;
    private int _state;

    /// <summary>An open gate.</summary>
    /// <param name="owner">What the gate guards, for messages.</param>
    /// <param name="release">Frees what the model holds. Called once, when the gate is closed and nobody is inside, on the thread
    /// that closed it or on that of the last call.</param>
    public CallGate(Type owner, Action release)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(release);
        (_owner, _release) = (owner, release);
        (_change, _read) = (new(this, Busy | Changing), new(this, 1));
    }

    /// <summary>Begins a call that works on activations.</summary>
    /// <returns>This gate; disposing it ends the call.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    public CallGate Enter()
    {
        Take(Busy, Busy);
        return this;
    }

    /// <summary>Begins a call that changes weights.</summary>
    /// <returns>Disposing it ends the call.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is under way, or the weights are being read.</exception>
    public IDisposable Change()
    {
        Take(Busy | Changing, Busy | Readers);
        return _change;
    }

    /// <summary>Begins a call that only reads weights.</summary>
    /// <returns>Disposing it ends the call.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="InvalidOperationException">The weights are being changed.</exception>
    public IDisposable Read()
    {
        Take(1, Changing);
        return _read;
    }

    /// <summary>Lets no further call in. What the model holds is freed at once, or by the last call inside.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == 0) _release();
    }

    /// <summary>Ends the call.</summary>
    public void Dispose() => Return(Busy);

    private void Take(int part, int excluded)
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            ObjectDisposedException.ThrowIf((state & Closed) != 0, _owner);
            if ((state & excluded) != 0)
            {
                throw new InvalidOperationException(
                    "This model is in the middle of another call. One call at a time: give each thread a model of its own, for instance a Clone.");
            }
            if (Interlocked.CompareExchange(ref _state, state + part, state) == state) return;
        }
    }

    private void Return(int part)
    {
        if (Interlocked.Add(ref _state, -part) == Closed) _release();
    }

    private sealed class Leave(CallGate gate, int part) : IDisposable
    {
        public void Dispose() => gate.Return(part);
    }
}
