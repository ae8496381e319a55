using RewardScaling.Studies;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Tool.Scheduling;

/// <summary>The tasks of one level of a study: they may run side by side when the levels before are whole.</summary>
/// <param name="Level">The level's number in the graph.</param>
/// <param name="Tasks">The tasks.</param>
internal sealed record TaskLevel(int Level, IReadOnlyList<CellTask> Tasks)
{
    // Opening the folder, checking what a cell is made from, writing it: what it costs beside its networks (docs/cluster.md).
    private const double SecondsBeside = 0.2;

    /// <summary>How many cells.</summary>
    public int Cells => Tasks.Sum(static task => task.Cells.Count);

    /// <summary>The longest task.</summary>
    public double Seconds => Tasks.Max(static task => task.Seconds);

    /// <summary>Bytes of the numbers that the largest cell holds.</summary>
    public double Memory => Tasks.Max(static task => task.Memory);

    /// <summary>
    /// Cuts what is left of a study into tasks. Cells of a level stay in their order, because neighbours are made from the same
    /// things; a task takes them until it is as long as it should be.
    /// </summary>
    /// <param name="graph">The study's cells.</param>
    /// <param name="prices">What is left to be made, and what it costs.</param>
    /// <param name="cellsPerTask">How many cells a task has at most; null for as many as take the seconds.</param>
    /// <param name="secondsPerTask">How long a task should be. A cell that is not timed has a task of its own.</param>
    /// <returns>The levels with something left, in order.</returns>
    public static IReadOnlyList<TaskLevel> Of(
        StudyGraph graph, IEnumerable<StudyCellPrice> prices, int? cellsPerTask, double secondsPerTask)
    {
        var levels = new List<TaskLevel>();
        foreach (var level in prices.GroupBy(price => graph.Cells[price.Number].Level).OrderBy(static level => level.Key))
        {
            var tasks = new List<CellTask>();
            List<StudyCellPrice> open = [];
            foreach (var cell in level.OrderBy(static cell => cell.Number))
            {
                bool isFull = cellsPerTask is { } most ? open.Count == most
                    : open.Count > 0 && (!cell.IsTimed || !open[^1].IsTimed || Seconds(open) + Seconds([cell]) > secondsPerTask);
                if (isFull) Close();
                open.Add(cell);
            }
            Close();
            levels.Add(new(level.Key, tasks));

            void Close()
            {
                tasks.Add(new([.. open.Select(static cell => cell.Number)], Seconds(open), open.Max(static cell => cell.Memory)));
                open = [];
            }
        }
        return levels;

        static double Seconds(IEnumerable<StudyCellPrice> cells) => cells.Sum(static cell => cell.Seconds + SecondsBeside);
    }
}
