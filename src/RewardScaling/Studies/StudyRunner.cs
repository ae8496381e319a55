using Microsoft.Extensions.Logging;
using RewardScaling.Models;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// Makes the cells of a graph that are not whole, as many side by side as it is told, each when its parents are whole. A cell
/// that another process is making is waited for.
/// </summary>
internal sealed class StudyRunner(
    StudyFolder folder, IEngine engine, StudyRunOptions options, TimeProvider time, ILogger logger,
    IProgress<StudyProgress>? progress)
{
    private readonly Stack<IEngine> _engines = new([engine]);

    /// <summary>Makes some cells and waits until all of them are whole.</summary>
    /// <param name="cells">The cells; what they are made from is among them or whole.</param>
    /// <param name="cancellationToken">Stops every job; what is whole stays, and states are kept.</param>
    public async Task RunAsync(IReadOnlyCollection<Cell> cells, CancellationToken cancellationToken)
    {
        var board = new ProgressBoard(cells, time, progress);
        var wanted = cells.ToHashSet();
        var missing = cells.ToDictionary(static cell => cell, cell => cell.Parents.Count(wanted.Contains));
        var children = cells.SelectMany(cell => cell.Parents.Where(wanted.Contains).Select(parent => (parent, cell)))
            .ToLookup(static pair => pair.parent, static pair => pair.cell);
        var ready = new PriorityQueue<Cell, int>(cells.Where(cell => missing[cell] == 0).Select(static cell =>
            (cell, cell.Number)));
        var elsewhere = new List<Cell>();
        var running = new Dictionary<Task<bool>, Cell>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int left = wanted.Count;
        try
        {
            while (left > 0)
            {
                while (running.Count < options.Jobs && ready.TryDequeue(out var next, out _))
                {
                    var cell = next;
                    running.Add(Task.Run(() => MakeAsync(cell, board, stop.Token), CancellationToken.None), cell);
                }
                if (elsewhere.Count > 0 && running.Count < options.Jobs)
                {
                    // Nothing else to do: look again at what others are making.
                    Task patience = Task.Delay(options.Patience, time, stop.Token);
                    await Task.WhenAny([patience, .. running.Keys]).ConfigureAwait(false);
                    stop.Token.ThrowIfCancellationRequested();
                    foreach (var cell in elsewhere) ready.Enqueue(cell, cell.Number);
                    elsewhere.Clear();
                }
                else
                {
                    await Task.WhenAny(running.Keys).ConfigureAwait(false);
                }
                foreach (var (task, cell) in running.Where(static one => one.Key.IsCompleted).ToArray())
                {
                    running.Remove(task);
                    if (!await task.ConfigureAwait(false))
                    {
                        elsewhere.Add(cell);
                        continue;
                    }
                    left--;
                    foreach (var child in children[cell])
                        if (--missing[child] == 0) ready.Enqueue(child, child.Number);
                }
            }
        }
        catch
        {
            // The first fault is the one to report; the others stop where their state is kept.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running.Keys).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }
    }

    // False where somebody else is making it.
    private async Task<bool> MakeAsync(Cell cell, ProgressBoard board, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsWhole(cell, board, found: true)) return true;
        var files = folder.Cell(cell);
        using var claim = files.Claim();
        if (claim is null) return false;
        // Until it was claimed another process may have made it.
        folder.Forget(cell);
        if (IsWhole(cell, board, found: true)) return true;
        var job = Take();
        try
        {
            logger.LogInformation("Cell {Number} {Name} begins.", cell.Number, cell.Name);
            var work = new CellWork(cell.Run.On(job), folder, files, time, logger, (fraction, detail) =>
                board.At(cell, fraction, detail),
                cancellationToken);
            await cell.MakeAsync(work).ConfigureAwait(false);
        }
        finally
        {
            lock (_engines) _engines.Push(job);
        }
        if (!IsWhole(cell, board, found: false)) throw new InvalidOperationException($"{cell.Name} was made and is not whole.");
        return true;
    }

    private bool IsWhole(Cell cell, ProgressBoard board, bool found)
    {
        if (cell.Describe(folder) is not { } words || cell.IsToBeContinued(folder)) return false;
        board.Done(cell, words, folder.MakingOf(cell)!.Seconds, found);
        return true;
    }

    private IEngine Take()
    {
        lock (_engines)
        {
            if (_engines.TryPop(out var known)) return known;
        }
        return options.Engines?.Invoke() ?? engine;
    }
}
