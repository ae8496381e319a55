using Microsoft.Extensions.Logging;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>A logger that keeps what it hears.</summary>
internal sealed class Log : ILogger
{
    /// <summary>What was said in passing.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>What was said as a warning or worse.</summary>
    public List<string> Warnings { get; } = [];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        (logLevel >= LogLevel.Warning ? Warnings : Notes).Add(formatter(state, exception));
}
