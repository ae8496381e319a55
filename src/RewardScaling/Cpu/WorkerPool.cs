using System.Runtime.ExceptionServices;

namespace RewardScaling.Cpu;

/// <summary>
/// Threads that share loops. The caller is worker 0. Who waits spins for some microseconds, because the next loop of a training
/// step follows soon, and then sleeps: on busy cores a spinning thread takes the time of the one it waits for. The caller waits
/// only for workers that are inside the loop; one that comes too late finds it closed.
/// </summary>
/// <remarks>Threads begin with the first loop that needs them and end when they have slept for some seconds, so that an engine
/// that was forgotten, or never used, holds none; the next loop begins them again.</remarks>
internal sealed class WorkerPool
{
    private readonly Crew _crew;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>A pool.</summary>
    /// <param name="workers">How many threads work, the caller's included; at least 1.</param>
    /// <param name="patience">How long a thread sleeps before it ends; null for 10 seconds.</param>
    public WorkerPool(int workers, TimeSpan? patience = null)
    {
        Workers = workers;
        _crew = new(workers - 1, patience ?? s_patience);
    }

    // The threads hold the crew, not the pool: when the last model lets go of the pool, they end.
    ~WorkerPool() => _crew.End();

    /// <summary>How many threads work, the caller's included.</summary>
    public int Workers { get; }

    /// <summary>How many threads there are now besides the caller's.</summary>
    public int Threads => _crew.Threads;

    /// <summary>
    /// Calls <paramref name="body"/>(item, worker) for every item; returns when all are done. Allocates nothing.
    /// </summary>
    /// <exception cref="Exception">What the body threw first; the remaining items are then skipped.</exception>
    public void For(int items, Action<int, int> body)
    {
        if (items <= 0) return;
        if (Workers == 1 || items == 1)
        {
            for (int item = 0; item < items; item++) body(item, 0);
            return;
        }
        lock (_crew) _crew.Run(items, body);
        GC.KeepAlive(this);
    }

    private sealed class Crew
    {
        /// <summary>About 20 microseconds in all, each <see cref="Thread.SpinWait"/> being about 300 nanoseconds.</summary>
        private const int Spins = 64, SpinLength = 8;

        /// <summary>The gate holds the number of the loop, whether it is open, and how many workers are inside.</summary>
        private const long Open = 1L << 31, Inside = Open - 1;

        /// <summary>One for each worker and the caller's, which is the last.</summary>
        private readonly SemaphoreSlim[] _bells;
        private readonly int[] _asleep;
        private readonly bool[] _present;
        private readonly TimeSpan _patience;
        private volatile Action<int, int>? _body;
        private volatile ExceptionDispatchInfo? _fault;
        private volatile bool _ended;
        private long _gate;
        private int _items, _next, _callerAsleep;

        public Crew(int threads, TimeSpan patience)
        {
            _patience = patience;
            _bells = [.. Enumerable.Range(0, threads + 1).Select(static _ => new SemaphoreSlim(0))];
            (_asleep, _present) = (new int[threads], new bool[threads]);
        }

        public int Threads
        {
            get
            {
                int count = 0;
                for (int i = 0; i < _present.Length; i++)
                    if (Volatile.Read(ref _present[i])) count++;
                return count;
            }
        }

        public void Run(int items, Action<int, int> body)
        {
            Call();
            _items = items;
            _next = 0;
            _fault = null;
            _body = body;
            NextGate();
            Work(0);
            // Closed for those who come late; those inside are waited for.
            Interlocked.And(ref _gate, ~Open);
            for (int spins = 0; IsBusy && spins < Spins; spins++) Thread.SpinWait(SpinLength);
            while (IsBusy)
            {
                Interlocked.Exchange(ref _callerAsleep, 1);
                // A worker that left before the flag was up has not rung: look once more.
                if (!IsBusy && Interlocked.Exchange(ref _callerAsleep, 0) == 1) break;
                _bells[^1].Wait();
            }
            _body = null;
            _fault?.Throw();
        }

        public void End()
        {
            _ended = true;
            NextGate();
        }

        // Begins the threads that are not there. One that is just leaving is called to the next loop.
        private void Call()
        {
            for (int i = 0; i < _present.Length; i++)
                if (!Volatile.Read(ref _present[i])) Begin(i, Round);
        }

        private void Begin(int index, int seen)
        {
            Volatile.Write(ref _present[index], true);
            new Thread(() => Serve(index, seen)) { IsBackground = true, Name = $"RewardScaling worker {index + 1}" }.Start();
        }

        private bool IsBusy => (Volatile.Read(ref _gate) & Inside) != 0;

        private int Round => (int)(Volatile.Read(ref _gate) >> 32);

        private void NextGate()
        {
            Interlocked.Exchange(ref _gate, ((long)unchecked(Round + 1) << 32) | Open);
            for (int i = 0; i < _asleep.Length; i++)
                if (Interlocked.Exchange(ref _asleep[i], 0) == 1) _bells[i].Release();
        }

        private void Serve(int index, int seen)
        {
            while (true)
            {
                for (int spins = 0; Round == seen && spins < Spins; spins++) Thread.SpinWait(SpinLength);
                while (Round == seen)
                {
                    Interlocked.Exchange(ref _asleep[index], 1);
                    // A loop that began before the flag was up has not rung: look once more.
                    if (Round != seen && Interlocked.Exchange(ref _asleep[index], 0) == 1) break;
                    if (_bells[index].Wait(_patience)) continue;
                    // Whoever takes the flag down rings: where it is down already the ring is on its way.
                    if (Interlocked.Exchange(ref _asleep[index], 0) == 0)
                    {
                        _bells[index].Wait();
                        continue;
                    }
                    Volatile.Write(ref _present[index], false);
                    return;
                }
                if (_ended) return;
                if (!TryEnter(out seen)) continue;
                Work(index + 1);
                if ((Interlocked.Decrement(ref _gate) & (Open | Inside)) == 0 && Interlocked.Exchange(ref _callerAsleep, 0) == 1)
                    _bells[^1].Release();
            }
        }

        private bool TryEnter(out int round)
        {
            while (true)
            {
                long gate = Volatile.Read(ref _gate);
                round = (int)(gate >> 32);
                if ((gate & Open) == 0) return false;
                if (Interlocked.CompareExchange(ref _gate, gate + 1, gate) == gate) return true;
            }
        }

        private void Work(int worker)
        {
            var body = _body!;
            try
            {
                for (int item = Interlocked.Increment(ref _next) - 1; item < _items; item = Interlocked.Increment(ref _next) - 1)
                {
                    if (_fault != null) return;
                    body(item, worker);
                }
            }
            catch (Exception fault)
            {
                _fault ??= ExceptionDispatchInfo.Capture(fault);
            }
        }
    }
}
