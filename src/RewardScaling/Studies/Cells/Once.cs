namespace RewardScaling.Studies.Cells;

/// <summary>Something that is done once, before the first that needs it; all others wait for it.</summary>
/// <param name="act">What is done.</param>
internal sealed class Once(Func<CancellationToken, Task> act)
{
    private readonly Lock _lock = new();
    private Task? _done;

    /// <summary>Done, or the fault it ended with.</summary>
    public Task DoneAsync(CancellationToken cancellationToken)
    {
        lock (_lock) return _done ??= act(cancellationToken);
    }
}
