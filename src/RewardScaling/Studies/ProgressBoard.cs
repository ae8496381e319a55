using RewardScaling.Numerics;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>Adds up the progress of cells side by side: how much of each stage and of the study is done, and how long the rest
/// takes.</summary>
internal sealed class ProgressBoard(
    IReadOnlyCollection<Cell> cells, TimeProvider time, IProgress<StudyProgress>? progress)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<Cell, double> _under = [];
    private readonly double[] _all = [.. Enumerable.Range(1, StudyStages.Count).Select(stage =>
        cells.Where(cell => StudyStages.Of(cell.Kind) == stage).Sum(static cell => cell.Cost.Operations))];
    private readonly double[] _done = new double[StudyStages.Count];
    private readonly int[] _left = [.. Enumerable.Range(1, StudyStages.Count).Select(stage =>
        cells.Count(cell => StudyStages.Of(cell.Kind) == stage))];
    private double _found;
    private int _whole;

    /// <summary>A cell goes on.</summary>
    public void At(Cell cell, double fraction, string detail)
    {
        if (progress is null) return;
        StudyProgress report;
        lock (_lock)
        {
            _under[cell] = fraction;
            report = Report(cell, detail);
        }
        progress.Report(report);
    }

    /// <summary>A cell is whole.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="words">What to say of it.</param>
    /// <param name="seconds">How long it took, when it was made.</param>
    /// <param name="found">Whether it was whole before.</param>
    public void Done(Cell cell, string words, double seconds, bool found)
    {
        if (progress is null) return;
        StudyProgress report;
        lock (_lock)
        {
            int stage = StudyStages.Of(cell.Kind) - 1;
            _under.Remove(cell);
            _done[stage] += cell.Cost.Operations;
            if (found) _found += cell.Cost.Operations;
            _left[stage]--;
            _whole++;
            report = Report(cell, $"{words} ({NumberText.Duration(TimeSpan.FromSeconds(seconds))})");
        }
        progress.Report(report);
    }

    private StudyProgress Report(Cell cell, string detail)
    {
        int stage = StudyStages.Of(cell.Kind);
        double under = _under.Where(one => StudyStages.Of(one.Key.Kind) == stage).Sum(static one =>
            one.Value * one.Key.Cost.Operations),
            allUnder = _under.Sum(static one => one.Value * one.Key.Cost.Operations), all = _all.Sum(), done = _done.Sum()
            + allUnder;
        double fraction = _left[stage - 1] == 0 ? 1 : Math.Min(0.999, (_done[stage - 1] + under) / _all[stage - 1]);
        double made = done - _found, elapsed = time.GetElapsedTime(_start).TotalSeconds;
        TimeSpan? left = made > 0.02 * (all - _found) ? TimeSpan.FromSeconds(elapsed * Math.Max(0, all - done) / made) : null;
        return new(StudyStages.Doing(stage), stage, StudyStages.Count, fraction, fraction < 1 && left is { } rest
            ? $"{detail}, {NumberText.Duration(rest)} left" : detail)
        {
            StudyFraction = _whole == cells.Count ? 1 : Math.Min(0.999, done / all),
            TimeLeft = left,
            Cell = cell.Name,
            CellsWhole = _whole,
            Cells = cells.Count,
        };
    }
}
