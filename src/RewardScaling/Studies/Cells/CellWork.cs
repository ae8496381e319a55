using Microsoft.Extensions.Logging;

namespace RewardScaling.Studies.Cells;

/// <summary>What a cell is given while it is made: where to write, whom to tell, when to stop.</summary>
internal sealed class CellWork(
    StudyRun run, StudyFolder folder, StudyCell files, TimeProvider time, ILogger logger, Action<double, string> tell,
    CancellationToken cancellation)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<string> _warnings = [];

    /// <summary>The study, on the engine this cell is made with.</summary>
    public StudyRun Run { get; } = run;

    public StudyPlan Plan => Run.Plan;

    public StudyFolder Folder { get; } = folder;

    public StudyCell Files { get; } = files;

    public TimeProvider Time { get; } = time;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>How long the cell took in this process.</summary>
    public double Seconds => Time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>What was warned about, once each; null for nothing, so that documents do not mention it.</summary>
    public IReadOnlyList<string>? Warnings
    {
        get
        {
            lock (_warnings) return _warnings.Count == 0 ? null : [.. _warnings.Distinct()];
        }
    }

    /// <summary>Where lower rooms log to: the study's logger, which hears all, and the warnings.</summary>
    public ILogger<T> Logger<T>() => new Listener<T>(logger, warning =>
    {
        lock (_warnings) _warnings.Add(warning);
    });

    /// <summary>Says how much of the cell is done.</summary>
    public void At(double fraction, string detail) => tell(Math.Clamp(fraction, 0, 0.999), detail);

    /// <summary>What turns a lower room's progress into this cell's: part of it, from one fraction to another.</summary>
    public IProgress<T> Part<T>(double from, double to, Func<T, (double Fraction, string Detail)> read) => new Relay<T>(value =>
    {
        var (fraction, detail) = read(value);
        At(from + (to - from) * fraction, detail);
    });

    // Progress<T> posts to another thread; reports would overtake each other.
    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    private sealed class Listener<T>(ILogger next, Action<string> warned) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => next.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning || next.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning) warned(formatter(state, exception));
            next.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
