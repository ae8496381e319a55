using System.Runtime.ExceptionServices;

namespace RewardScaling.Cpu;

/// <summary>
/// Threads that share loops. The caller is worker 0; the others wait, spinning for a moment before they sleep, because the next
/// loop of a training step follows within microseconds.
/// </summary>
internal sealed class WorkerPool
{
    private readonly Crew _crew;

    /// <summary>A pool.</summary>
    /// <param name="workers">How many threads work, the caller's included; at least 1.</param>
    public WorkerPool(int workers)
    {
        Workers = workers;
        _crew = new(workers - 1);
    }

    // The threads hold the crew, not the pool: when the last model lets go of the pool, they end.
    ~WorkerPool() => _crew.End();

    /// <summary>How many threads work, the caller's included.</summary>
    public int Workers { get; }

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
        private readonly SemaphoreSlim[] _bells;
        private readonly int[] _asleep;
        private volatile Action<int, int>? _body;
        private volatile ExceptionDispatchInfo? _fault;
        private volatile int _round, _busy;
        private volatile bool _ended;
        private int _items, _next;

        public Crew(int threads)
        {
            _bells = new SemaphoreSlim[threads];
            _asleep = new int[threads];
            for (int i = 0; i < threads; i++)
            {
                int index = i;
                _bells[i] = new(0);
                new Thread(() => Serve(index)) { IsBackground = true, Name = $"RewardScaling worker {i + 1}" }.Start();
            }
        }

        public void Run(int items, Action<int, int> body)
        {
            _items = items;
            _next = 0;
            _fault = null;
            _body = body;
            _busy = _bells.Length;
            Interlocked.Increment(ref _round);
            for (int i = 0; i < _bells.Length; i++)
                if (Interlocked.Exchange(ref _asleep[i], 0) == 1) _bells[i].Release();
            Work(0);
            var spin = new SpinWait();
            while (_busy > 0) spin.SpinOnce(sleep1Threshold: -1);
            _body = null;
            _fault?.Throw();
        }

        public void End()
        {
            _ended = true;
            Interlocked.Increment(ref _round);
            foreach (var bell in _bells) bell.Release();
        }

        private void Serve(int index)
        {
            int seen = 0;
            while (true)
            {
                for (int spins = 0; _round == seen && spins < 2000; spins++) Thread.SpinWait(8);
                while (_round == seen)
                {
                    Interlocked.Exchange(ref _asleep[index], 1);
                    // A round that began before the flag was up has not rung: look once more.
                    if (_round != seen && Interlocked.Exchange(ref _asleep[index], 0) == 1) break;
                    _bells[index].Wait();
                }
                if (_ended) return;
                seen = _round;
                Work(index + 1);
                Interlocked.Decrement(ref _busy);
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
