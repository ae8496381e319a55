using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using RewardScaling.Models;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// Makes the cells of a graph that are not whole, as many side by side as it is told, each when its parents are whole. A cell
/// that another process is making is waited for.
/// </summary>
/// <remarks>Of the cells that are ready the one with the most work behind it comes first: what takes longest, itself and all that
/// waits for it, must not begin last.</remarks>
internal sealed class StudyRunner(
    StudyFolder folder, IEngine engine, StudyRunOptions options, TimeProvider time, ILogger logger,
    IProgress<StudyProgress>? progress)
{
    private readonly Stack<IEngine> _engines = [];

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
        var ahead = WorkAhead(cells, children);
        var ready = new PriorityQueue<Cell, (double, int)>();
        foreach (var cell in cells.Where(cell => missing[cell] == 0)) Enqueue(cell);
        var elsewhere = new List<Cell>();
        var running = new Dictionary<Task<bool>, Cell>();
        var faults = new List<Exception>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (running.Count + ready.Count + elsewhere.Count > 0)
            {
                while (running.Count < options.Jobs && ready.TryDequeue(out var next, out _))
                {
                    var cell = next;
                    // Until it is whole nothing else can begin.
                    bool isAlone = running.Count + ready.Count + elsewhere.Count == 0;
                    running.Add(Task.Run(() => MakeAsync(cell, isAlone, board, stop.Token), CancellationToken.None), cell);
                }
                if (elsewhere.Count > 0 && running.Count < options.Jobs)
                {
                    // Nothing else to do: look again at what others are making.
                    Task patience = Task.Delay(options.Patience, time, stop.Token);
                    await Task.WhenAny([patience, .. running.Keys]).ConfigureAwait(false);
                    stop.Token.ThrowIfCancellationRequested();
                    foreach (var cell in elsewhere) Enqueue(cell);
                    elsewhere.Clear();
                }
                else
                {
                    await Task.WhenAny(running.Keys).ConfigureAwait(false);
                }
                foreach (var (task, cell) in running.Where(static one => one.Key.IsCompleted).ToArray())
                {
                    running.Remove(task);
                    try
                    {
                        if (!await task.ConfigureAwait(false))
                        {
                            elsewhere.Add(cell);
                            continue;
                        }
                    }
                    catch (Exception fault) when (options.KeepGoing && !stop.IsCancellationRequested)
                    {
                        // What is made from it is never ready.
                        faults.Add(fault);
                        continue;
                    }
                    foreach (var child in children[cell])
                        if (--missing[child] == 0) Enqueue(child);
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
        if (faults.Count > 0) ExceptionDispatchInfo.Throw(faults[0]);

        void Enqueue(Cell cell) => ready.Enqueue(cell, (-ahead[cell], cell.Number));
    }

    // The work of each cell and of the longest way on from it. Children have larger numbers than their parents.
    private static Dictionary<Cell, double> WorkAhead(IReadOnlyCollection<Cell> cells, ILookup<Cell, Cell> children)
    {
        var ahead = new Dictionary<Cell, double>();
        foreach (var cell in cells.OrderByDescending(static cell => cell.Number))
            ahead[cell] = cell.Cost.Operations + children[cell].Select(child => ahead[child]).DefaultIfEmpty(0).Max();
        return ahead;
    }

    // False where somebody else is making it.
    private async Task<bool> MakeAsync(Cell cell, bool isAlone, ProgressBoard board, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsWhole(cell, board, found: true)) return true;
        var files = folder.Cell(cell);
        using var claim = files.Claim();
        if (claim is null) return false;
        // Until it was claimed another process may have made it.
        folder.Forget(cell);
        if (IsWhole(cell, board, found: true)) return true;
        var job = Take(isAlone);
        try
        {
            logger.LogInformation("Cell {Number} {Name} begins.", cell.Number, cell.Name);
            var work = new CellWork(cell.Run.On(job), folder, files, time, logger, (fraction, detail) =>
                board.At(cell, fraction, detail),
                cancellationToken);
            await cell.MakeAsync(work).ConfigureAwait(false);
            if (!IsWhole(cell, board, found: false)) throw new InvalidOperationException($"{cell.Name} was made and is not whole.");
            return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogError(fault, "Cell {Number} {Name} failed.", cell.Number, cell.Name);
            files.Fail(fault.Message);
            throw;
        }
        finally
        {
            if (!ReferenceEquals(job, engine)) lock (_engines) _engines.Push(job);
        }
    }

    private bool IsWhole(Cell cell, ProgressBoard board, bool found)
    {
        if (cell.Describe(folder) is not { } words || cell.IsToBeContinued(folder)) return false;
        board.Done(cell, words, folder.MakingOf(cell)!.Seconds, found);
        return true;
    }

    private IEngine Take(bool isAlone)
    {
        if (isAlone || options.Jobs == 1 || options.Engines is not { } create) return engine;
        lock (_engines)
        {
            if (_engines.TryPop(out var known)) return known;
        }
        return create();
    }
}
